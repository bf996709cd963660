using Alice.ML.Tool;
using Alice.ML.Tool.Shell;

using var signals = new StopSignals();
Console.SetError(new ForgivingWriter(Console.Error));
return await CommandLine.RunAsync(args, Console.Out, Console.Error, signals.Token);
