using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class CommitSeedsTests
{
    [Theory]
    [InlineData("00000000", 1UL << 24)]
    [InlineData("0000000a", 11UL << 24)]
    [InlineData("ffffffff", 1UL << 56)]
    [InlineData("f5e45b55a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3", 0xf5e45b56UL << 24)]
    public void The_seeds_of_a_commit_follow_from_the_first_eight_digits_of_its_hash(string hash, ulong from) =>
        Assert.Equal(new SeedRange(from, 200), CommitSeeds.Draw(hash, 200, after: 100));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_commit_the_seeds_follow_the_fixed_ones(string? hash) =>
        Assert.Equal(new SeedRange(101, 200), CommitSeeds.Draw(hash, 200, after: 100));

    [Fact]
    public void Further_seeds_follow_the_drawn_ones_while_something_is_missing()
    {
        var played = new List<SeedRange>();
        var rounds = 2;
        foreach (var seeds in CommitSeeds.FixedAndDrawn(10, 40, () => rounds-- > 0))
        {
            played.Add(seeds);
        }

        var drawn = played[1];
        Assert.Equal(
            [new SeedRange(1, 10), drawn with { Count = 40 }, new SeedRange(drawn.From + 40, 10), new SeedRange(drawn.From + 50, 10)],
            played);
    }

    [Fact]
    public void Further_seeds_end_also_if_something_stays_missing() =>
        Assert.InRange(CommitSeeds.FixedAndDrawn(10, 40, () => true).Sum(seeds => (long)seeds.Count), 51, 200);

    [Theory]
    [InlineData("f5e45b5")]
    [InlineData("f5e45b5g")]
    [InlineData("+f5e45b5")]
    public void A_hash_that_is_none_is_refused(string hash) =>
        Assert.Contains(hash, Assert.Throws<FormatException>(() => CommitSeeds.Draw(hash, 1, after: 0)).Message, StringComparison.Ordinal);
}
