using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Tests.Journals;

public sealed class StreamHeadsTests : IDisposable
{
    private const int MaxKnown = 4;
    private const int Streams = 10;

    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_head_that_is_ahead_of_its_row_is_kept_and_the_others_are_read_again()
    {
        using var database = JournalSchema.OpenForWriting(_folder.Database);
        JournalSchema.Prepare(database, new SqliteJournalOptions());
        using var heads = new StreamHeads(database, MaxKnown);
        heads.Load(0);
        heads.Add(JournalFolder.Upload(0), Head(0));
        heads.Move(heads.Find(JournalFolder.Upload(0))!, Head(0) with { Version = 2, Last = 100 });
        for (var number = 1; number < Streams; number++)
        {
            heads.Add(JournalFolder.Upload(number), Head(number));
        }

        Assert.Equal(Head(0) with { Version = 2, Last = 100 }, heads.Find(JournalFolder.Upload(0))?.Head);
        for (var number = 1; number < Streams; number++)
        {
            Assert.Equal(Head(number), heads.Find(JournalFolder.Upload(number))?.Head);
        }

        Assert.Null(heads.Find(JournalFolder.Upload(Streams)));
    }

    [Fact]
    public void A_head_is_in_its_row_once_it_is_saved()
    {
        using var database = JournalSchema.OpenForWriting(_folder.Database);
        JournalSchema.Prepare(database, new SqliteJournalOptions());
        using var heads = new StreamHeads(database, MaxKnown);
        heads.Load(0);
        for (var number = 0; number < 3; number++)
        {
            heads.Add(JournalFolder.Upload(number), Head(number));
            heads.Move(heads.Find(JournalFolder.Upload(number))!, Head(number) with { Version = 2, Last = 100 + number });
        }

        heads.Save(heads.Find(JournalFolder.Upload(0))!, Head(0) with { Version = 3, Last = 200, WakeAt = 5 });
        heads.SaveAhead();
        heads.Load(0);

        Assert.Equal(Head(0) with { Version = 3, Last = 200, WakeAt = 5 }, heads.Find(JournalFolder.Upload(0))?.Head);
        Assert.Equal(Head(1) with { Version = 2, Last = 101 }, heads.Find(JournalFolder.Upload(1))?.Head);
        Assert.Equal(Head(2) with { Version = 2, Last = 102 }, heads.Find(JournalFolder.Upload(2))?.Head);
    }

    private static StreamHead Head(int number) =>
        new(number + 1, RecordChecksum.OfStream(JournalFolder.Upload(number)), 1, number + 1, null);
}
