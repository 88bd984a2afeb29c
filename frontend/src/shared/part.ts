/** The part of a plane that exists, in the plane's pixels. */
export interface Part {
  left: number;
  right: number;
  top: number;
  bottom: number;
}
