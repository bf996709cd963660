using Alice.ML.Samples.Start;
using Alice.ML.Tool.Shell;

using var signals = new StopSignals();
Console.SetError(new ForgivingWriter(Console.Error));
return await SampleCommands.RunAsync(args, Console.Out, Console.Error, signals.Token);
