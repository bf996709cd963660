using Alice.ML.Mutants;

// build/mutants.sh calls these, in this order, in a folder with the tests, all that they need and this program.
switch (args)
{
    case ["switch", var from, var to]:
        MutantSwitch.Build(from, to);
        return 0;
    case ["cover", var assembly, var coverage, var classes]:
        Coverage.Measure(TestCase.Of(classes), MutantSwitch.Of(assembly)).Save(coverage);
        // Tests that hung still run.
        Environment.Exit(0);
        return 0;
    case ["run", var assembly, var coverage, var report, var results, var file, var sample, var workers]:
        new Run(assembly, coverage, results).Start(
            MutantReport.Read(report).Sample(file, int.Parse(sample)), int.Parse(workers));
        return 0;
    case ["work", var assembly, var coverage]:
        Worker.Answer(Coverage.Load(coverage), MutantSwitch.Of(assembly));
        return 0;
    case ["show", var report, var results]:
        MutantReport.Read(report).Show(results);
        return 0;
    default:
        Console.Error.WriteLine("Call build/mutants.sh.");
        return 2;
}
