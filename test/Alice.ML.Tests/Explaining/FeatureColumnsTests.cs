using Alice.ML.Models;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Explaining;

[TestClass]
public class FeatureColumnsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Slots_of_one_hot_and_hashed_categories_are_summed_to_their_columns()
    {
        var schema = Transformed("Size", "District", "Street");
        var columns = FeatureColumns.Of(schema, "Size", "District", "Street");
        CollectionAssert.AreEqual(new[] { "Size", "District", "Street" }, columns.Names.ToArray());
        Assert.AreEqual(((VectorDataViewType)schema["Features"].Type).Size, columns.NumberOfFeatures);
        float[] contributions = [1, 2, 3, .. Enumerable.Repeat(0.5f, columns.NumberOfFeatures - 3)];
        CollectionAssert.AreEqual(
            new[] { 1, 5, 0.5f * (columns.NumberOfFeatures - 3) }, columns.Sum(contributions));
        Assert.AreEqual(1, columns.ColumnOf(2));
        Assert.AreEqual(2, columns.ColumnOf(3));
    }

    [TestMethod]
    public void Parts_of_a_whole_are_summed_wherever_they_stand()
    {
        var columns = FeatureColumns.Of(
            Transformed("Size", "District"), ("Size", "house"), ("District", "place"), ("Label", "house"));
        CollectionAssert.AreEqual(new[] { "house", "place" }, columns.Names.ToArray());
        CollectionAssert.AreEqual(new float[] { 1 + 8, 2 + 4 }, columns.Sum([1, 2, 4, 8]));
    }

    [TestMethod]
    public void Wrong_columns_and_lengths_are_named()
    {
        var schema = Transformed("Size");
        StringAssert.StartsWith(Assert.ThrowsExactly<ArgumentException>(() => FeatureColumns.Of(schema, "Sise"))
            .Message,
            "There is no column 'Sise'; there are Size, District, Street, Label, Features.");
        StringAssert.StartsWith(Assert.ThrowsExactly<ArgumentException>(() =>
            FeatureColumns.Of(schema, "Size").Sum([1, 2])).Message,
            "There are 2 contributions, and the columns Size have 1 slots.");
        var words = _ml.Data.LoadFromEnumerable([new Words()]);
        StringAssert.StartsWith(Assert.ThrowsExactly<ArgumentException>(() =>
            FeatureColumns.Of(words.Schema, "All")).Message, "The column 'All' is Vector<Single>, whose size");
    }

    private DataViewSchema Transformed(params string[] features)
    {
        var data = _ml.Data.LoadFromEnumerable(
            [new House { District = "a", Street = "x" }, new House { District = "b", Street = "y" }]);
        return _ml.Transforms.Categorical.OneHotEncoding("District")
            .Append(_ml.Transforms.Categorical.OneHotHashEncoding("Street", numberOfBits: 3))
            .Append(_ml.Transforms.Concatenate("Features", features)).Fit(data).Transform(data).Schema;
    }

    private sealed class House
    {
        public float Size { get; set; }

        public string District { get; set; } = "";

        public string Street { get; set; } = "";

        public float Label { get; set; }
    }

    private sealed class Words
    {
        public float[] All { get; set; } = [];
    }
}
