namespace OrleansUploads.Core.Tests.Uploads;

public sealed class PartMapTests
{
    private static readonly int[] Edges = [1, 2, 22, 23, 24, 484, 485, 486, 968, 969, Limits.MaxParts];

    [Fact]
    public void Every_version_of_the_map_keeps_the_parts_that_it_had()
    {
        var random = new Random(20);
        var map = PartMap.Empty;
        var expected = new SortedDictionary<int, StoredPart>();
        var versions = new List<(PartMap Map, PlacedPart[] Parts)>();
        for (var i = 0; i < 400; i++)
        {
            var number = i % 3 == 0 ? Edges[random.Next(Edges.Length)] : (random.Next(1 << random.Next(1, 14)) % Limits.MaxParts) + 1;
            var part = Part(i);
            map = map.With(number, part);
            expected[number] = part;
            versions.Add((map, [.. expected.Select(static placed => new PlacedPart(placed.Key, placed.Value))]));
        }

        foreach (var (version, parts) in versions)
        {
            Assert.Equal(parts, version.From(1));
            Assert.Equal((parts.Length, parts[^1].Number), (version.Count, version.LastNumber));
            Assert.All(parts, placed => Assert.Same(placed.Part, version[placed.Number]));
        }
    }

    [Fact]
    public void A_number_without_a_part_and_a_number_that_cannot_exist_have_no_part()
    {
        var map = PartMap.Empty.With(969, Part(1));

        Assert.All([1, 22, 23, 968, 970, Limits.MaxParts + 1, int.MaxValue, 0, -1, int.MinValue], number => Assert.Null(map[number]));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.With(Limits.MaxParts + 1, Part(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.With(0, Part(2)));
    }

    [Fact]
    public void A_map_of_only_some_parts_has_these()
    {
        var map = PartMap.Empty.With(1, Part(1)).With(30, Part(2)).With(700, Part(3));

        Assert.Equal(
            [new PlacedPart(1, map[1]!), new PlacedPart(700, map[700]!)], map.Only(PartNumbers.Of([1, 700])).From(1));
        Assert.Same(map, map.Only(PartNumbers.Of([1, 30, 700])));
    }

    private static StoredPart Part(int number) =>
        new(number + 1, Some.Hash("part"), PartPlace.In(Some.Attempt(number)), DateTimeOffset.UnixEpoch);
}
