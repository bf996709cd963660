using Alice.ML.Trainers;
using Alice.ML.Training.Rules;

namespace Alice.ML.Tests.Training;

/// <summary>The rules of the race, the finish and the inputs in docs/rules.md, worked out by hand at their limits.
/// </summary>
[TestClass]
public sealed class RaceRulesTests
{
    [TestMethod]
    [DataRow(499, Effort.Default, 3)]
    [DataRow(500, Effort.Default, 2)]
    [DataRow(1499, Effort.Default, 2)]
    [DataRow(1500, Effort.Default, 1)]
    [DataRow(499, Effort.Quick, 1)]
    [DataRow(499, Effort.Best, 6)]
    [DataRow(500, Effort.Best, 4)]
    [DataRow(1500, Effort.Best, 2)]
    public void Few_rows_take_turns_in_more_folds(int rows, Effort effort, int folds) =>
        Assert.AreEqual(folds, AutoRules.Folds(rows, effort));

    [TestMethod]
    [DataRow(400, 3, 80)]
    [DataRow(400, 8, 50)]
    [DataRow(100_000, 1, 20_000)]
    [DataRow(100_001, 1, 20_000)]
    [DataRow(99_995, 1, 19_999)]
    public void A_fifth_is_held_out(int rows, int folds, int heldOut) =>
        Assert.AreEqual(heldOut, AutoRules.HeldOutRows(rows, folds));

    [TestMethod]
    [DataRow(49, false)]
    [DataRow(50, true)]
    public void Fifty_validation_rows_judge(int rows, bool judge) => Assert.AreEqual(judge, AutoRules.JudgesBy(rows));

    [TestMethod]
    public void Each_rung_doubles_the_steps()
    {
        CollectionAssert.AreEqual(new long[] { 10, 20, 40, 80, 160, 320, 640, 1280, 2560 },
            Enumerable.Range(0, 9).Select(rung => AutoRules.Steps(rung, 640)).ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 2, 3, 4, 5, 6, 7, 8, 12 },
            Enumerable.Range(0, 9).Select(rung => AutoRules.Steps(rung, 3)).ToArray());
        Assert.AreEqual(8, AutoRules.LastRung(50_000, isClassification: false));
        Assert.AreEqual(7, AutoRules.LastRung(50_001, isClassification: false));
        Assert.AreEqual(7, AutoRules.LastRung(1000, isClassification: true));
    }

    [TestMethod]
    [DataRow(1, 9, 9)]
    [DataRow(2, 9, 5)]
    [DataRow(2, 8, 4)]
    [DataRow(6, 3, 2)]
    [DataRow(6, 2, 2)]
    public void Half_go_on_from_a_sixteenth_of_the_steps(int rung, int running, int kept)
    {
        Assert.AreEqual(kept, AutoRules.Kept(rung, running));
        Assert.AreEqual(rung >= 4, AutoRules.KeepsEnsemble(rung));
    }

    [TestMethod]
    [DataRow(3, 0, 1.0, 2.0, true)]
    [DataRow(4, 0, 1.0, 0.984, true)]
    [DataRow(4, 0, 1.0, 0.986, false)]
    [DataRow(5, 0, 1.0, 0.984, true)]
    [DataRow(6, 0, 1.0, 0.984, false)]
    [DataRow(6, 0, 1.0, 0.899, true)]
    [DataRow(7, 0, 1.0, 0.899, false)]
    [DataRow(7, 0, 1.0, 0.499, true)]
    [DataRow(7, 1, 1.0, 0.899, true)]
    [DataRow(7, 2, 1.0, 0.984, true)]
    [DataRow(6, 0, 2.0, 1.799, true)]
    public void To_go_on_the_loss_must_fall(int rung, int extra, double before, double now, bool goesOn) =>
        Assert.AreEqual(goesOn, AutoRules.HasGained(rung, extra, before, now));

    [TestMethod]
    [DataRow(4999, 1, false, true, 1.0, 0.0, true)]
    [DataRow(5000, 1, false, true, 1.0, 0.0, false)]
    [DataRow(4999, 1, false, false, 1.0, 0.0, false)]
    [DataRow(4999, 1, false, true, 3.0, 0.0, false)]
    [DataRow(4999, 1, true, false, 1.0, 0.2, true)]
    [DataRow(4999, 1, true, false, 1.0, 0.0, false)]
    [DataRow(4999, 1, true, true, 1.0, 0.2, false)]
    public void One_plan_may_stay_behind_with_few_rows(
        int rows, int labels, bool isClassification, bool hasBins, double decay, double dropout, bool isPatient) =>
            Assert.AreEqual(isPatient, AutoRules.IsPatient(rows, labels, isClassification, hasBins, decay, dropout));

    [TestMethod]
    [DataRow(3, 2.0, true)]
    [DataRow(4, 0.984, true)]
    [DataRow(4, 0.986, false)]
    [DataRow(5, 0.984, true)]
    [DataRow(6, 0.5, false)]
    public void It_stays_behind_up_to_the_usual_steps(int rung, double now, bool stays) =>
        Assert.AreEqual(stays, AutoRules.StaysPatient(rung, 1, now));

    [TestMethod]
    [DataRow(1499, false, false, 1.0)]
    [DataRow(1500, false, false, 0.5)]
    [DataRow(1499, true, false, 0.5)]
    [DataRow(1499, false, true, 0.1)]
    public void The_finish_is_a_share_of_the_race(int rows, bool isClassification, bool hasQuantiles, double share) =>
        Assert.AreEqual(share, AutoRules.StepsToFinish(rows, isClassification, hasQuantiles));

    [TestMethod]
    [DataRow(640, 640, 0)]
    [DataRow(320, 640, 1)]
    [DataRow(321, 640, 0)]
    [DataRow(100, 640, 2)]
    [DataRow(700, 640, 0)]
    public void A_shorter_race_may_double_its_steps_until_the_usual_ones(long steps, long usual, int rungs) =>
        Assert.AreEqual(rungs, AutoRules.ExtraRungs(steps, usual));

    [TestMethod]
    public void The_work_of_a_race_grows_with_candidates_and_folds()
    {
        Assert.AreEqual(2 * 3 * (1 + 1.5), AutoRules.Work(candidates: 8, folds: 3));
        Assert.AreEqual(2 * (2 + 1.5), AutoRules.Work(candidates: 16, folds: 1));
    }

    [TestMethod]
    [DataRow(9999, false, "0 1 3 10")]
    [DataRow(10_000, false, "0 1")]
    [DataRow(9999, true, "1 6 36")]
    [DataRow(10_000, true, "1 6")]
    public void Many_rows_need_no_strong_decay(int rows, bool isClassification, string decays)
    {
        Assert.AreEqual(decays, string.Join(' ', AutoRules.WeightDecays(rows, isClassification)));
        Assert.AreEqual(isClassification ? 2 : 1, AutoRules.Dropouts(isClassification).Length);
    }

    [TestMethod]
    [DataRow(100, 100, "1")]
    [DataRow(100, 101, "1 10 100")]
    public void Linear_networks_of_wide_tables_need_strong_decays(int rows, int columns, string decays) =>
        Assert.AreEqual(decays, string.Join(' ', AutoRules.LinearDecays(rows, columns)));

    [TestMethod]
    [DataRow(100, 25, false, 0)]
    [DataRow(100, 26, false, 0.03)]
    [DataRow(100, 26, true, 0.01)]
    public void Few_rows_a_column_take_L1(int rows, int columns, bool isClassification, double first)
    {
        var found = AutoRules.LinearL1(rows, columns, isClassification);
        Assert.HasCount(first == 0 ? 0 : 3, found);
        Assert.AreEqual(first, found.FirstOrDefault());
    }

    [TestMethod]
    public void Layers_up_to_those_measured_suit_vector_kernels()
    {
        // 1,024 · (512·512 + 512·512 + 512) are below 6·10⁸, and 1,200 rows are above.
        Assert.IsTrue(AutoRules.SuitsKernels(isCpu: true, isSparse: false, [512, 512, 512, 1], 1024));
        Assert.IsFalse(AutoRules.SuitsKernels(isCpu: true, isSparse: false, [512, 512, 512, 1], 1200));
        Assert.IsTrue(AutoRules.SuitsKernels(isCpu: true, isSparse: true, [512, 512, 512, 1], 1200));
        Assert.IsFalse(AutoRules.SuitsKernels(isCpu: false, isSparse: true, [512, 512, 512, 1], 1024));
        Assert.IsTrue(AutoRules.SuitsKernels(isCpu: true, isSparse: false, [600_000, 1], 1000));
        Assert.IsFalse(AutoRules.SuitsKernels(isCpu: true, isSparse: false, [600_001, 1], 1000));
    }

    [TestMethod]
    [DataRow(124_999L, 64, 1)]
    [DataRow(125_000L, 64, null)]
    public void A_small_step_takes_one_thread(long parameters, int batchSize, int? threads) =>
        Assert.AreEqual(threads, AutoRules.Threads(parameters, batchSize));

    [TestMethod]
    [DataRow(2999, false, 1.0)]
    [DataRow(3000, false, 2.0 / 3)]
    [DataRow(3000, true, 1.0)]
    public void Many_steps_take_two_thirds_of_the_rate(int rows, bool isClassification, double factor) =>
        Assert.AreEqual(factor, AutoRules.LearningRateFactor(rows, isClassification));

    [TestMethod]
    [DataRow(49, 2)]
    [DataRow(75, 3)]
    [DataRow(1000, 40)]
    public void Each_bin_has_25_rows(int rows, int bins) => Assert.AreEqual(bins, AutoRules.FilledBins(rows));

    [TestMethod]
    [DataRow(19_999, 1)]
    [DataRow(39_999, 1)]
    [DataRow(40_000, 2)]
    public void Quantiles_are_of_a_sample(int rows, int stride) =>
        Assert.AreEqual(stride, AutoRules.QuantileStride(rows));

    [TestMethod]
    [DataRow(100, 200, false)]
    [DataRow(100, 201, true)]
    public void More_than_two_columns_a_row_are_wide(int rows, int columns, bool isWide) =>
        Assert.AreEqual(isWide, AutoRules.IsWide(rows, columns));
}
