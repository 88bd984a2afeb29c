// Made from the program's own list of commands; `./dev generate` makes it again.
import type { AddLending } from "./AddLending";
import type { AddProject } from "./AddProject";
import type { Added } from "./Added";
import type { BuildPage } from "./BuildPage";
import type { BuildQuery } from "./BuildQuery";
import type { BuilderPage } from "./BuilderPage";
import type { BuilderQuery } from "./BuilderQuery";
import type { Cancel } from "./Cancel";
import type { ChangeLending } from "./ChangeLending";
import type { ChangesPage } from "./ChangesPage";
import type { ChangesQuery } from "./ChangesQuery";
import type { Checked } from "./Checked";
import type { ClaimQuery } from "./ClaimQuery";
import type { ClaimRow } from "./ClaimRow";
import type { Configuration } from "./Configuration";
import type { Console } from "./Console";
import type { ConsoleQuery } from "./ConsoleQuery";
import type { Dashboard } from "./Dashboard";
import type { Detect } from "./Detect";
import type { Draft } from "./Draft";
import type { ErrorQuery } from "./ErrorQuery";
import type { FileQuery } from "./FileQuery";
import type { FileText } from "./FileText";
import type { FindQuery } from "./FindQuery";
import type { Folders } from "./Folders";
import type { FoldersQuery } from "./FoldersQuery";
import type { Force } from "./Force";
import type { Forced } from "./Forced";
import type { Form } from "./Form";
import type { FormQuery } from "./FormQuery";
import type { Found } from "./Found";
import type { Hello } from "./Hello";
import type { Identities } from "./Identities";
import type { IdentitiesQuery } from "./IdentitiesQuery";
import type { Invitation } from "./Invitation";
import type { InviteWorker } from "./InviteWorker";
import type { Join } from "./Join";
import type { Leaving } from "./Leaving";
import type { LendingQuery } from "./LendingQuery";
import type { Lendings } from "./Lendings";
import type { Lines } from "./Lines";
import type { LinesQuery } from "./LinesQuery";
import type { LookAt } from "./LookAt";
import type { Looked } from "./Looked";
import type { MasterQuery } from "./MasterQuery";
import type { MasterRow } from "./MasterRow";
import type { Masters } from "./Masters";
import type { Mute } from "./Mute";
import type { Nothing } from "./Nothing";
import type { Notices } from "./Notices";
import type { OrderLending } from "./OrderLending";
import type { OrderWorker } from "./OrderWorker";
import type { Overview } from "./Overview";
import type { OverviewQuery } from "./OverviewQuery";
import type { Projects } from "./Projects";
import type { Proposal } from "./Proposal";
import type { PutAway } from "./PutAway";
import type { Quit } from "./Quit";
import type { Rebuild } from "./Rebuild";
import type { RemoveProject } from "./RemoveProject";
import type { RemoveTryPreset } from "./RemoveTryPreset";
import type { RenameMaster } from "./RenameMaster";
import type { SaveTryPreset } from "./SaveTryPreset";
import type { Schedulers } from "./Schedulers";
import type { SetPriority } from "./SetPriority";
import type { SetTryAccess } from "./SetTryAccess";
import type { Settings } from "./Settings";
import type { SignIn } from "./SignIn";
import type { Stop } from "./Stop";
import type { SwitchScheduler } from "./SwitchScheduler";
import type { Timeline } from "./Timeline";
import type { TimelineQuery } from "./TimelineQuery";
import type { Tries } from "./Tries";
import type { TriesQuery } from "./TriesQuery";
import type { TryAccess } from "./TryAccess";
import type { TryChange } from "./TryChange";
import type { TryDiff } from "./TryDiff";
import type { TryDiffQuery } from "./TryDiffQuery";
import type { TryLook } from "./TryLook";
import type { TryOfBuild } from "./TryOfBuild";
import type { TryPatch } from "./TryPatch";
import type { TryPresets } from "./TryPresets";
import type { TryPreview } from "./TryPreview";
import type { TryPushPlan } from "./TryPushPlan";
import type { TryQuery } from "./TryQuery";
import type { TryRepeat } from "./TryRepeat";
import type { TryRow } from "./TryRow";
import type { TrySubmit } from "./TrySubmit";
import type { TryTargets } from "./TryTargets";
import type { TryTargetsQuery } from "./TryTargetsQuery";
import type { Unmute } from "./Unmute";
import type { Why } from "./Why";
import type { WhyQuery } from "./WhyQuery";
import type { WorkerPage } from "./WorkerPage";
import type { WorkerQuery } from "./WorkerQuery";
import type { Workers } from "./Workers";

/** Every command, with what it takes and gives. */
export interface Commands {
  /** What runs here: version, whether it is a first run or a demo, whether a tray is shown. */
  hello: { input: Nothing; output: Hello };
  /** Everything that the Now and Builders pages show. */
  overview: { input: OverviewQuery; output: Overview };
  /** The masters, and how each is followed. */
  masters: { input: Nothing; output: Masters };
  /** What is at an address, before it is joined. */
  look_at: { input: LookAt; output: Looked };
  /** Follows a master from now on. */
  join: { input: Join; output: MasterRow };
  /** Follows a master no more and forgets what was kept of it. */
  leave: { input: MasterQuery; output: Nothing };
  /** Gives a joined master another key. */
  rename_master: { input: RenameMaster; output: MasterRow };
  /** Signs in at a joined master. */
  sign_in: { input: SignIn; output: MasterRow };
  /** Signs out there and forgets the secret. */
  sign_out: { input: MasterQuery; output: MasterRow };
  /** Tries to reach a joined master now. */
  reconnect: { input: MasterQuery; output: MasterRow };
  /** One builder with its recent builds. */
  builder: { input: BuilderQuery; output: BuilderPage };
  /** One build with steps, logs, changes and properties. */
  build: { input: BuildQuery; output: BuildPage };
  /** Lines of a log. */
  log_lines: { input: LinesQuery; output: Lines };
  /** The line of the next or previous error. */
  log_error: { input: ErrorQuery; output: Found };
  /** The line of the next or previous occurrence of a text. */
  log_find: { input: FindQuery; output: Found };
  /** Changes, newest first, with the builds that have them. */
  changes: { input: ChangesQuery; output: ChangesPage };
  /** A piece of what was built when, a column for each builder. */
  timeline: { input: TimelineQuery; output: Timeline };
  /** What became of each change on each builder. */
  console: { input: ConsoleQuery; output: Console };
  /** The form of a builder's force scheduler. */
  force_form: { input: FormQuery; output: Form };
  /** Asks for a build. */
  force: { input: Force; output: Forced };
  /** Ends a build. */
  stop: { input: Stop; output: Nothing };
  /** Asks for the same build again. */
  rebuild: { input: Rebuild; output: Forced };
  /** Takes a waiting request back. */
  cancel: { input: Cancel; output: Nothing };
  /** Lets a waiting request be built sooner or later. */
  set_priority: { input: SetPriority; output: Nothing };
  /** A master's schedulers. */
  schedulers: { input: MasterQuery; output: Schedulers };
  /** Switches a scheduler on or off. */
  switch_scheduler: { input: SwitchScheduler; output: Nothing };
  /** Workers, the ports that they come to, and who was turned away there. */
  workers: { input: Nothing; output: Workers };
  /** One worker with what it tells of itself and what it built. */
  worker: { input: WorkerQuery; output: WorkerPage };
  /** Pauses a worker and the like. */
  order_worker: { input: OrderWorker; output: Nothing };
  /** Makes a password for a worker of another machine, and says what to do there and here. */
  invite_worker: { input: InviteWorker; output: Invitation };
  /** The masters that this machine is lent to. */
  lendings: { input: Nothing; output: Lendings };
  /** Lends this machine to a master. */
  add_lending: { input: AddLending; output: Lendings };
  /** Lends it in another way. */
  change_lending: { input: ChangeLending; output: Lendings };
  /** Ends a lending at once and forgets it. */
  remove_lending: { input: LendingQuery; output: Nothing };
  /** Switches lending on or off, pauses and resumes it, or takes the machine back. */
  order_lending: { input: OrderLending; output: Lendings };
  /** The folders that are built here. */
  projects: { input: Nothing; output: Projects };
  /** Folders below a folder, to choose one. */
  folders: { input: FoldersQuery; output: Folders };
  /** What building a folder would take: version control, branch, build system, proposed steps. */
  detect: { input: Detect; output: Proposal };
  /** Makes a project of a folder and builds it once. */
  add_project: { input: AddProject; output: Added };
  /** Stops watching and building a folder; its history stays. */
  remove_project: { input: RemoveProject; output: Nothing };
  /** Puts back the project that was removed last. */
  restore_project: { input: RemoveProject; output: Nothing };
  /** The configuration's files. */
  configuration: { input: Nothing; output: Configuration };
  /** One file's text. */
  configuration_file: { input: FileQuery; output: FileText };
  /** Checks a text without saving it: problems, and what would change. */
  check_configuration: { input: Draft; output: Checked };
  /** Saves a text and takes it into use, if it is good. */
  apply_configuration: { input: Draft; output: Checked };
  /** Goes back to the configuration before the last apply. */
  undo_configuration: { input: Nothing; output: Checked };
  /** Reads the configuration's files again and takes them into use, if they are good. */
  reload_configuration: { input: Nothing; output: Checked };
  /** All settings. */
  settings: { input: Nothing; output: Settings };
  /** Replaces all settings. */
  save_settings: { input: Settings; output: Settings };
  /** Who you seem to be, by your version control's configuration, and which recent authors match. */
  identities: { input: IdentitiesQuery; output: Identities };
  /** Be quiet about a builder, a project, a tag, a master or everything. */
  mute: { input: Mute; output: Nothing };
  /** Speak again. */
  unmute: { input: Unmute; output: Nothing };
  /** Puts away what happened while a master could not be heard. */
  put_away: { input: PutAway; output: Nothing };
  /** Says "I have it" about a broken builder; the answer says whether others see it. */
  claim: { input: ClaimQuery; output: ClaimRow };
  /** Gives it back. */
  unclaim: { input: ClaimQuery; output: Nothing };
  /** Why there was a notice after a build, or none. */
  why: { input: WhyQuery; output: Why };
  /** What was told, what was not, and why. */
  notices: { input: Nothing; output: Notices };
  /** Takes the change of a working copy as it is now. */
  try_look: { input: TryLook; output: TryChange };
  /** A build's change, taken anew to be tried elsewhere. */
  try_of_build: { input: TryOfBuild; output: TryChange };
  /** The lines of one of its files. */
  try_diff: { input: TryDiffQuery; output: TryDiff };
  /** Where it can go. */
  try_targets: { input: TryTargetsQuery; output: TryTargets };
  /** What would be sent; nothing is. */
  try_preview: { input: TrySubmit; output: TryPreview };
  /** Sends it, now or as soon as the master is back. */
  try_submit: { input: TrySubmit; output: TryRow };
  /** The tries that were submitted. */
  tries: { input: TriesQuery; output: Tries };
  /** One of them. */
  try_row: { input: TryQuery; output: TryRow };
  /** Its patch. */
  try_patch: { input: TryQuery; output: TryPatch };
  /** Sends it again. */
  try_repeat: { input: TryRepeat; output: TryRow };
  /** Takes it back: out of the queue, its waiting requests, its running builds. */
  try_cancel: { input: TryQuery; output: TryRow };
  /** Says exactly what a push would do now. */
  try_push_plan: { input: TryQuery; output: TryPushPlan };
  /** Pushes what passed. */
  try_push: { input: TryQuery; output: TryRow };
  /** Forgets it; its builds stay. */
  try_forget: { input: TryQuery; output: Nothing };
  /** Keeps a preset. */
  save_try_preset: { input: SaveTryPreset; output: TryPresets };
  /** Forgets a preset. */
  remove_try_preset: { input: RemoveTryPreset; output: TryPresets };
  /** How changes get to a joined master. */
  try_access: { input: MasterQuery; output: TryAccess };
  /** Says how. */
  set_try_access: { input: SetTryAccess; output: TryAccess };
  /** A link that opens the dashboard in a browser, once. */
  dashboard: { input: Nothing; output: Dashboard };
  /** What runs and would be lost by leaving. */
  leaving: { input: Nothing; output: Leaving };
  /** Ends the program. */
  quit: { input: Quit; output: Nothing };
}
