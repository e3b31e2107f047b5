namespace OrleansUploads.Core.Tests.Uploads;

public sealed class PartsBySlotTests
{
    private static readonly int[] Edges = [0, 1, 21, 22, 23, 483, 484, 485, 967, 968, Limits.MaxParts - 1];

    [Fact]
    public void Every_version_of_the_map_keeps_the_parts_that_it_had()
    {
        var random = new Random(20);
        var map = PartMap.Empty;
        var expected = new SortedDictionary<int, StoredPart>();
        var versions = new List<(PartMap Map, KeyValuePair<int, StoredPart>[] Parts)>();
        for (var i = 0; i < 400; i++)
        {
            var slot = i % 3 == 0 ? Edges[random.Next(Edges.Length)] : random.Next(1 << random.Next(1, 14)) % Limits.MaxParts;
            var part = Part(i);
            map = map.With(slot, part);
            expected[slot] = part;
            versions.Add((map, [.. expected]));
        }

        foreach (var (version, parts) in versions)
        {
            Assert.Equal(parts, version.From(0));
            Assert.Equal((parts.Length, parts[^1].Key + 1), (version.Count, version.SlotCount));
            Assert.All(parts, filled => Assert.Same(filled.Value, version[filled.Key]));
        }
    }

    [Fact]
    public void An_empty_slot_and_a_slot_that_cannot_exist_have_no_part()
    {
        var map = PartMap.Empty.With(968, Part(1));

        Assert.All([0, 21, 22, 967, 969, Limits.MaxParts, int.MaxValue, -1, int.MinValue], slot => Assert.Null(map[slot]));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.With(Limits.MaxParts, Part(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.With(-1, Part(2)));
    }

    private static StoredPart Part(int number) =>
        new(number + 1, Some.Hash("part"), PartPlace.In(Some.Attempt(number)), DateTimeOffset.UnixEpoch);
}
