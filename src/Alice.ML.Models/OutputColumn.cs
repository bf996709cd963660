using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>Creates output columns with the annotations that ML.NET expects.</summary>
internal static class OutputColumn
{
    /// <summary>Adds a column to the schema of a mapper.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="name">Name of the column.</param>
    /// <param name="item">Type of its values.</param>
    /// <param name="columnKind">One of <see cref="AnnotationUtils.Const.ScoreColumnKind"/>.</param>
    /// <param name="valueKind">The kind of the values.</param>
    /// <param name="slots">Slot names of a vector column. Empty: the column is a scalar.</param>
    public static void Add(DataViewSchema.Builder schema, string name, PrimitiveDataViewType item, string columnKind,
        string valueKind, IReadOnlyList<string> slots)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        AddText(AnnotationUtils.Kinds.ScoreColumnKind, columnKind);
        AddText(AnnotationUtils.Kinds.ScoreValueKind, valueKind);
        if (slots.Count > 0)
            annotations.AddSlotNames(slots.Count, (ref VBuffer<ReadOnlyMemory<char>> names) =>
                names = new(slots.Count, [.. slots.Select(slot => slot.AsMemory())]));
        schema.AddColumn(name, slots.Count > 0 ? new VectorDataViewType(item, slots.Count) : item,
            annotations.ToAnnotations());

        void AddText(string kind, string text) => annotations.Add(
            kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());
    }

    /// <summary>The shape of the column for trainers, including the score set id that ML.NET's scorer adds.</summary>
    public static SchemaShape.Column Shape(string name, PrimitiveDataViewType item, bool isVector)
    {
        var annotations = AnnotationUtils.GetTrainerOutputAnnotation();
        if (isVector)
            annotations = annotations.Append(new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector,
                TextDataViewType.Instance, isKey: false));
        return new(name, isVector ? SchemaShape.Column.VectorKind.Vector : SchemaShape.Column.VectorKind.Scalar, item,
            isKey: false, new SchemaShape(annotations));
    }

    /// <summary>Creates a getter of vectors.</summary>
    /// <param name="count">Number of slots.</param>
    /// <param name="fill">Fills the slots.</param>
    public static ValueGetter<VBuffer<T>> Getter<T>(int count, SpanAction<T> fill) => (ref VBuffer<T> values) =>
    {
        var editor = VBufferEditor.Create(ref values, count);
        fill(editor.Values);
        values = editor.Commit();
    };

    /// <summary>Slot names of quantiles: the level, after the name of the label if there are several.</summary>
    public static IReadOnlyList<string> Quantiles(IReadOnlyList<float> levels, IReadOnlyList<string> labels)
    {
        string[] texts = [.. levels.Select(level => level.ToString(CultureInfo.InvariantCulture))];
        return labels.Count == 0 ? texts : [.. labels.SelectMany(label => texts.Select(text => $"{label} {text}"))];
    }

    /// <summary>Fills a span.</summary>
    public delegate void SpanAction<T>(Span<T> values);
}
