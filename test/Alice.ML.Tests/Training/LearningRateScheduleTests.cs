using Alice.ML.Training;
using Alice.ML.Training.Rules;

namespace Alice.ML.Tests.Training;

/// <summary>What the documentation of <see cref="LearningRateSchedule"/> promises, and how a course adds to it.</summary>
[TestClass]
public class LearningRateScheduleTests
{
    [TestMethod]
    [DataRow(LearningRateSchedule.Constant, 0.0, 1.0)]
    [DataRow(LearningRateSchedule.Constant, 1.0, 1.0)]
    [DataRow(LearningRateSchedule.Cosine, 0.0, 1.0)]
    [DataRow(LearningRateSchedule.Cosine, 0.5, 0.505)]
    [DataRow(LearningRateSchedule.Cosine, 1.0, 0.01)]
    [DataRow(LearningRateSchedule.Averaged, 0.0, 0.5)]
    [DataRow(LearningRateSchedule.Averaged, 1.0, 0.5)]
    public void A_schedule_multiplies_the_rate_by(LearningRateSchedule schedule, double progress, double factor) =>
        Assert.AreEqual(factor, schedule.Factor(progress), 1e-12);

    [TestMethod]
    [DataRow(9)]
    [DataRow(18)]
    [DataRow(900)]
    public void Drop_takes_a_tenth_for_the_last_ninth_of_the_steps(int steps)
    {
        var factors = Enumerable.Range(0, steps).Select(step => LearningRateSchedule.Drop.Factor((double)step / steps));
        CollectionAssert.AreEqual(
            Enumerable.Range(0, steps).Select(step => step < steps - steps / 9 ? 1 : 0.1).ToArray(), factors.ToArray());
    }

    [TestMethod]
    public void Only_the_second_half_of_an_averaged_schedule_is_averaged()
    {
        Assert.IsFalse(LearningRateSchedule.Averaged.Averages(0.49));
        Assert.IsTrue(LearningRateSchedule.Averaged.Averages(0.5));
        Assert.IsFalse(LearningRateSchedule.Cosine.Averages(0.9));
    }

    [TestMethod]
    public void A_course_goes_from_the_rate_of_the_race_through_a_warm_up_to_the_schedule()
    {
        var course = new Course(LearningRateSchedule.Drop, Passes: 9, Trunk: 2, WarmUp: 0.1);
        Assert.AreEqual(11, course.Length);
        Assert.AreEqual(new StepPhase(0.5, Averages: false), course.At(1.9));
        Assert.AreEqual(0, course.At(2)!.Value.RateFactor);
        Assert.AreEqual(0.5, course.At(2.45)!.Value.RateFactor, 1e-9);
        Assert.AreEqual(1, course.At(2.9)!.Value.RateFactor, 1e-9);
        Assert.AreEqual(1, course.At(9.9)!.Value.RateFactor);
        Assert.AreEqual(0.1, course.At(10.1)!.Value.RateFactor);
        Assert.IsNull(course.At(11));
    }
}
