System.Console.WriteLine(6 * 7);
