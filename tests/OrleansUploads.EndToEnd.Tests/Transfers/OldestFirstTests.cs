using OrleansUploads.Cli.Remote;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

public sealed class OldestFirstTests
{
    private readonly List<string> _notes = [];

    [Fact]
    public async Task Items_are_sorted_by_time_and_those_of_the_same_time_by_name() =>
        Assert.Equal(["0 z", "5 a", "5 b", "9 a"], await SortAsync(["9 a", "5 b", "0 z", "5 a"], mostItems: 4));

    [Fact]
    public async Task A_list_that_is_too_long_keeps_its_order_and_says_so_once()
    {
        Assert.Equal(["9 a", "5 b", "0 z", "5 a"], await SortAsync(["9 a", "5 b", "0 z", "5 a"], mostItems: 2));
        Assert.Single(_notes);
    }

    [Fact]
    public async Task An_empty_list_stays_empty() => Assert.Empty(await SortAsync([], mostItems: 0));

    private async Task<IReadOnlyList<string>> SortAsync(IEnumerable<string> items, int mostItems) => await new OldestFirst<string>(
        static item => DateTimeOffset.UnixEpoch.AddSeconds(item[0] - '0'), static item => item[2..])
        .SortAsync(items.ToAsyncEnumerable(), () => _notes.Add("too many"), mostItems)
        .ToListAsync();
}
