namespace OrleansUploads.Engine.Tests.Journals;

/// <summary>A damaged name is reported. It never makes its stream look like one that does not exist.
/// </summary>
public sealed class StreamNamesTests : IDisposable
{
    private const int Streams = 3000;
    private const int PageBytes = 4096;

    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Campaign]
    public async Task A_flipped_bit_in_any_copy_of_a_name_hides_no_stream_and_the_check_finds_it()
    {
        await WriteStreamsAsync();
        byte[] intact = await File.ReadAllBytesAsync(_folder.Database, Cancellation);
        var random = new Random(20260314);
        const int Rounds = 40;
        int refused = 0;
        int found = 0;
        for (int round = 0; round < Rounds; round++)
        {
            EntityId damaged = Stream(random.Next(Streams));
            foreach (int at in FileDamage.Find(intact, damaged.Key))
            {
                await File.WriteAllBytesAsync(_folder.Database, intact, Cancellation);
                FileDamage.Flip(_folder.Database, at + random.Next(damaged.Key.Length));
                await using SqliteJournal journal = _folder.Open();
                refused += await IsRefusedAsync(journal, damaged) ? 1 : 0;
                found += await IsFoundByCheckAsync(journal) ? 1 : 0;
            }
        }

        // Pages may contain stale copies besides the two that count. A name that is damaged only in the table is still found
        // by the index, so reading its stream succeeds.
        Assert.Equal((Rounds, 2 * Rounds), (refused, found));
    }

    [Fact, Campaign]
    public async Task A_flipped_bit_in_a_name_on_an_interior_page_of_the_index_hides_no_stream()
    {
        const byte InteriorPageOfIndex = 2;
        await WriteStreamsAsync();
        byte[] intact = await File.ReadAllBytesAsync(_folder.Database, Cancellation);
        EntityId[] streams = [.. Enumerable.Range(0, Streams).Select(Stream)];
        int[] dividers = [.. streams.SelectMany(stream => FileDamage.Find(intact, stream.Key))
            .Where(at => intact[at / PageBytes * PageBytes] == InteriorPageOfIndex)];
        Assert.True(dividers.Length > 10, $"Only {dividers.Length} names are on interior pages of the index.");

        int mostRefused = 0;
        foreach (int at in dividers.Take(8))
        {
            await File.WriteAllBytesAsync(_folder.Database, intact, Cancellation);
            FileDamage.Flip(_folder.Database, at);
            await using SqliteJournal journal = _folder.Open();
            int refused = 0;
            foreach (EntityId stream in streams)
                refused += await IsRefusedAsync(journal, stream) ? 1 : 0;
            mostRefused = Math.Max(mostRefused, refused);
        }

        Assert.True(mostRefused > 10, $"A damaged name made at most {mostRefused} streams refuse reads.");
    }

    [Theory]
    [InlineData("DELETE FROM streams WHERE id % 7 = 0")]
    [InlineData("DELETE FROM streams")]
    [InlineData("UPDATE streams SET key = 'a' || key WHERE id % 7 = 0")]
    public async Task A_missing_stream_is_absent_in_an_intact_index(string change)
    {
        await WriteStreamsAsync();
        _folder.Execute(change);

        await using SqliteJournal journal = _folder.Open();
        for (int number = Streams; number < Streams + 100; number++)
            Assert.Equal(0, (await journal.ReadAsync(Stream(number), Cancellation)).Version);
        await CheckAsync(journal);
    }

    [Fact]
    public async Task The_check_advances_only_as_time_passes()
    {
        var time = new ManualTime();
        await using SqliteJournal journal = _folder.Open();
        for (int number = 0; number < 600; number++)
            await JournalFolder.AppendAsync(journal, Stream(number), 0, "x");

        Task check = journal.CheckNamesAsync(time, Cancellation).AsTask();
        await journal.ReadAsync(Stream(0), Cancellation);
        Assert.False(check.IsCompleted);
        while (!check.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        await check;
        Assert.InRange(time.GetUtcNow() - new ManualTime().GetUtcNow(), TimeSpan.FromMilliseconds(20), TimeSpan.MaxValue);
    }

    private static EntityId Stream(int number) => Some.Upload(number).Entity;

    private static Task CheckAsync(SqliteJournal journal) =>
        journal.CheckNamesAsync(TimeProvider.System, Cancellation).AsTask();

    private static async Task<bool> IsFoundByCheckAsync(SqliteJournal journal) =>
        await Record.ExceptionAsync(() => CheckAsync(journal)) is JournalDamagedException;

    private static async Task<bool> IsRefusedAsync(SqliteJournal journal, EntityId stream)
    {
        try
        {
            Assert.Single((await journal.ReadAsync(stream, Cancellation)).Records);
            return false;
        }
        catch (JournalDamagedException)
        {
            return true;
        }
    }

    private async Task WriteStreamsAsync()
    {
        await using SqliteJournal journal = _folder.Open();
        await Task.WhenAll(
            Enumerable.Range(0, Streams).Select(number => JournalFolder.AppendAsync(journal, Stream(number), 0, "x")));
    }
}
