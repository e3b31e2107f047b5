namespace OrleansUploads.Engine.Tests.Journals;

public sealed class StreamHeadsTests : IDisposable
{
    private const int MaxKnown = 4;
    private const int Streams = 10;

    private readonly JournalFolder _folder = new();
    private readonly SqliteDatabase _database;
    private readonly StreamHeads _heads;

    public StreamHeadsTests()
    {
        _database = JournalSchema.OpenForWriting(_folder.Database);
        JournalSchema.MakeLog(_database);
        JournalSchema.Prepare(_database, new SqliteJournalOptions());
        _heads = new StreamHeads(_database, MaxKnown);
        _heads.Load(0);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_head_that_is_ahead_of_its_row_is_kept_and_the_others_are_read_again()
    {
        _heads.Add(JournalFolder.Upload(0), Head(0));
        _heads.Move(_heads.Find(JournalFolder.Upload(0))!, Head(0) with { Version = 2, Last = 100 });
        for (var number = 1; number < Streams; number++)
        {
            _heads.Add(JournalFolder.Upload(number), Head(number));
        }

        Assert.Equal(Head(0) with { Version = 2, Last = 100 }, _heads.Find(JournalFolder.Upload(0))?.Head);
        for (var number = 1; number < Streams; number++)
        {
            Assert.Equal(Head(number), _heads.Find(JournalFolder.Upload(number))?.Head);
        }

        Assert.Null(_heads.Find(JournalFolder.Upload(Streams)));
    }

    [Fact]
    public void A_head_is_in_its_row_once_it_is_saved()
    {
        for (var number = 0; number < 3; number++)
        {
            _heads.Add(JournalFolder.Upload(number), Head(number));
            _heads.Move(_heads.Find(JournalFolder.Upload(number))!, Head(number) with { Version = 2, Last = 100 + number });
        }

        _heads.Save(_heads.Find(JournalFolder.Upload(0))!, Head(0) with { Version = 3, Last = 200, WakeAt = 5 });
        _heads.SaveAhead();
        _heads.Load(0);

        Assert.Equal(Head(0) with { Version = 3, Last = 200, WakeAt = 5 }, _heads.Find(JournalFolder.Upload(0))?.Head);
        Assert.Equal(Head(1) with { Version = 2, Last = 101 }, _heads.Find(JournalFolder.Upload(1))?.Head);
        Assert.Equal(Head(2) with { Version = 2, Last = 102 }, _heads.Find(JournalFolder.Upload(2))?.Head);
    }

    private static StreamHead Head(int number) =>
        new(number + 1, RecordChecksum.OfStream(JournalFolder.Upload(number)), 1, number + 1, null);
}
