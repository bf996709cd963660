using Alice.ML.Training.Data;

namespace Alice.ML.Training.Plan;

/// <summary>How the race of plans goes, where the options do not say. docs/settings.md gives the reasons.</summary>
internal static class RaceRules
{
    /// <summary>Fewer rows tell nothing when some are held out.</summary>
    public const int LeastRows = 50;

    /// <summary>Networks of a plan in each fold: the second one tells how much of the loss is due to the
    /// seed.</summary>
    public const int NetworksPerFold = 2;

    /// <summary>Judgements up to the usual number of steps, each after twice the steps of the one before.</summary>
    public const int Rungs = 7;

    /// <summary>Shortest course that is worth comparing all plans on; with less time, only one plan of each encoding
    /// starts.</summary>
    public const long LeastSteps = 400;

    private const double HeldOutFraction = 0.2;
    private const int MostHeldOutRows = 20_000;

    // Networks that have taken a sixteenth of the steps are compared. After a quarter, who is not in the ensemble
    // leaves.
    private const int FirstDrop = 2;
    private const int EnsembleDrop = 4;

    // Of the mean squared error: 0.75% of its root.
    private const double WorthTwiceTheTime = 0.985;

    // A race beyond the usual steps takes most of a fit's time.
    private const double WorthTwiceTheUsualTime = 0.9;

    // Smooth functions without noise are learned ever better.
    private const double WorthMore = 0.5;
    private const int MostRowsOfLongRaces = 50_000;
    private const int LongRungs = 1;

    // Where few rows are learned by heart, the loss may fall again long after it rose: one plan is given the time.
    private const int MostRowsOfPatience = 5000;
    private const double PatientDecay = 1;
    private const int LastPatientRung = 4;

    /// <summary>Parts of the rows that are held out, each from networks of its own. The fewer rows, the more chance
    /// there is in one part.</summary>
    public static int Folds(int rows) => rows switch
    {
        < 500 => 3,
        < 1500 => 2,
        _ => 1,
    };

    /// <summary>Whether rows of the user's judge plans in place of parts of the training rows: 50 or more.</summary>
    public static bool JudgesBy(RowSet? validation) => validation?.Count >= LeastRows;

    /// <summary>Rows of each part: a fifth of all, less for more than five parts, 20,000 at most.</summary>
    public static int HeldOutRows(int rows, int folds) =>
        (int)Math.Min(MostHeldOutRows, Math.Min(HeldOutFraction, 1.0 / folds) * rows);

    /// <summary>Steps at the end of a rung.</summary>
    /// <param name="rung">From 0.</param>
    /// <param name="most">The usual number of steps.</param>
    public static long Steps(int rung, long most) =>
        Math.Max(rung + 1, rung < Rungs ? most >> (Rungs - 1 - rung) : most << (rung - Rungs + 1));

    /// <summary>The last rung: that of twice the usual steps, and for regression up to 50,000 rows that of four times
    /// as many.</summary>
    public static int LastRung(int rows, bool isClassification) =>
        Rungs + (isClassification || rows > MostRowsOfLongRaces ? 0 : LongRungs);

    /// <summary>Candidates of a rung that go on, by their loss: half of them from a sixteenth of the steps on, and two
    /// at least.</summary>
    public static int Kept(int rung, int running) => rung < FirstDrop ? running : Math.Max(2, (running + 1) / 2);

    /// <summary>Whether only candidates go on that the ensemble would be made of now; before that, the best one of each
    /// encoding does.</summary>
    public static bool KeepsEnsemble(int rung) => rung >= EnsembleDrop;

    /// <summary>Whether a candidate has gained enough by the rung to go on.</summary>
    /// <param name="rung">The rung.</param>
    /// <param name="before">Its lowest loss before.</param>
    /// <param name="now">Its loss now.</param>
    public static bool HasGained(int rung, double before, double now) =>
        rung < EnsembleDrop || now < before * rung switch
        {
            < Rungs - 1 => WorthTwiceTheTime,
            Rungs - 1 => WorthTwiceTheUsualTime,
            _ => WorthMore,
        };

    /// <summary>Whether a plan goes on though it is behind: bins with little decay for numbers, dropout with little
    /// decay for classes. It does up to a quarter of the usual steps, and up to the usual steps while its loss falls.
    /// </summary>
    /// <param name="rung">The rung.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="isClassification">Whether classes are to be told apart.</param>
    /// <param name="before">Its loss at the rung before.</param>
    /// <param name="now">Its loss now.</param>
    public static bool IsPatient(
        int rung, NetworkPlan plan, int rows, bool isClassification, double before, double now) =>
            rows < MostRowsOfPatience && plan.WeightDecay == PatientDecay && !plan.IsLinear
            && (isClassification
            ? plan.Dropout > 0 && plan.Encoding != Trainers.NumericEncoding.PiecewiseLinear
            : plan.Encoding == Trainers.NumericEncoding.PiecewiseLinear)
        && (rung < LastPatientRung || rung < Rungs - 1 && now < before * WorthTwiceTheTime);

    /// <summary>Steps that the networks of the ensemble take with all rows, for each that they have taken: half, and
    /// all of it where few rows make every one of the held-out rows count. A tenth with quantiles: what shifts them is
    /// measured before.
    /// </summary>
    public static double StepsToFinish(int rows, LearningTask task) =>
        task.Levels.Count > 0 ? 0.1 : task.IsClassification || Folds(rows) == 1 ? 0.5 : 1;

    /// <summary>Steps of one network that a race with so many candidates takes in all, about, for each of its usual
    /// steps.</summary>
    public static double Work(int candidates, int folds) => NetworksPerFold * folds * (candidates / 8.0 + 1.5);
}
