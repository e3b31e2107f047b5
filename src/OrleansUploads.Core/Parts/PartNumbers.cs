using System.Text;

namespace OrleansUploads.Core.Parts;

/// <summary>Part numbers in ascending order, such as those that a completion names.</summary>
public readonly record struct PartNumbers : ITextValue<PartNumbers>
{
    private readonly ImmutableArray<int> _inOrder;

    private PartNumbers(ImmutableArray<int> inOrder) => _inOrder = inOrder;

    public ImmutableArray<int> InOrder => _inOrder.IsDefault ? [] : _inOrder;

    /// <summary>The numbers must be in ascending order.</summary>
    public static PartNumbers Of(IEnumerable<int> inOrder) => new([.. inOrder]);

    /// <summary>The numbers from 1 that are not among these.</summary>
    /// <param name="end">The number before which to end, or null for the highest of these.</param>
    public PartNumbers MissingBefore(int? end)
    {
        var missing = ImmutableArray.CreateBuilder<int>();
        var next = 1;
        foreach (var number in InOrder)
        {
            for (; next < number; next++)
            {
                missing.Add(next);
            }

            next = number + 1;
        }

        for (; next < end; next++)
        {
            missing.Add(next);
        }

        return new PartNumbers(missing.ToImmutable());
    }

    public static bool TryParse(string? text, out PartNumbers value)
    {
        value = default;
        if (text is "")
        {
            return true;
        }

        var numbers = ImmutableArray.CreateBuilder<int>();
        foreach (var run in (text ?? "").Split(','))
        {
            var dash = run.IndexOf('-', StringComparison.Ordinal);
            if (!int.TryParse(dash < 0 ? run : run.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(run.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                || last < first || last > ObjectLimits.MaxParts || (numbers.Count > 0 && first <= numbers[^1]))
            {
                return false;
            }

            for (var number = first; number <= last; number++)
            {
                numbers.Add(number);
            }
        }

        value = new PartNumbers(numbers.ToImmutable());
        return true;
    }

    /// <summary>The runs of consecutive numbers: <c>1-3,7</c>. This form is stored.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < InOrder.Length;)
        {
            var first = InOrder[i];
            while (++i < InOrder.Length && InOrder[i] == InOrder[i - 1] + 1)
            {
            }

            text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{first}");
            if (InOrder[i - 1] > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{InOrder[i - 1]}");
            }
        }

        return text.ToString();
    }

    public bool Equals(PartNumbers other) => InOrder.AsSpan().SequenceEqual(other.InOrder.AsSpan());

    public override int GetHashCode() => InOrder.Length;
}
