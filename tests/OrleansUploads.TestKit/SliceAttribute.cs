using System.Globalization;
using Xunit.v3;

namespace OrleansUploads.TestKit;

/// <summary>A campaign that costs much and rarely finds anything. Each run of all tests plays one slice, chosen by the number of commits,
/// so that every slice runs within <see cref="Count"/> commits. A test without a slice runs each time.</summary>
/// <remarks>A row of a theory has the same traits as <c>Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "3"]</c>.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SliceAttribute : Attribute, ITraitAttribute
{
    /// <summary>The trait's name. Its value is the number of the slice.</summary>
    public const string Name = "Slice";

    /// <summary>The number of slices.</summary>
    public const int Count = 8;

    /// <param name="number">The slice, from 0 to 7.</param>
    public SliceAttribute(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
        Number = number;
    }

    /// <summary>The slice, from 0 to 7.</summary>
    public int Number { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [new(TestRun.Name, TestRun.Campaign), new(Name, Number.ToString(CultureInfo.InvariantCulture))];
}
