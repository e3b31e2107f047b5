using System.Text;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.Tests.Contracts;
using OrleansUploads.Engine.Tests.Wire;

namespace OrleansUploads.Engine.Tests.Stored;

/// <summary>Checks the stored format: events, and the states in snapshots. samples.txt contains one record for each stored name, and another one with notes if the name got
/// some. Lines are only added, never changed.</summary>
public sealed class StoredEventsTests
{
    private static readonly string[] Samples = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Stored", "samples.txt"));

    public static TheoryData<string> Lines => new(Samples);

    public static TheoryData<Type> StoredTypes => [.. StoredShapes.Select(shape => shape.Type).Distinct()];

    private static IEnumerable<(string Name, Type Type)> StoredShapes => ShapeNames.Core.All.Where(shape => DeciderTypes.IsStored(shape.Type));

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_record_of_any_version_is_read_and_written_again_unchanged(string line) => Assert.Equal(line, Rewrite(line));

    /// <summary>A newer version may add a note without another name.</summary>
    [Theory]
    [MemberData(nameof(Lines))]
    public void A_note_that_this_version_does_not_know_is_skipped(string line)
    {
        var separator = line.EndsWith("{}]]", StringComparison.Ordinal) ? "" : ",";
        Assert.Equal(line, Rewrite(line[..^3] + separator + "\"new\":[{\"note\":1}]}]]"));
    }

    [Fact]
    public void Every_stored_name_has_a_sample()
    {
        var names = StoredShapes.Select(shape => shape.Name);
        Assert.Equal(names.Order(StringComparer.Ordinal), Samples.Select(NameOf).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(StoredTypes))]
    public void All_members_of_events_and_states_survive_a_round_trip(Type type)
    {
        var happened = Sample.Of(type);
        Assert.Equivalent(happened, Assert.Single(EventCodec.Decode<object>(EventCodec.Encode([happened]))), strict: true);
    }

    private static string Rewrite(string line) =>
        Encoding.UTF8.GetString(EventCodec.Encode(EventCodec.Decode<object>(Encoding.UTF8.GetBytes(line))).Span);

    private static string NameOf(string line) => line.Split('"')[1];
}
