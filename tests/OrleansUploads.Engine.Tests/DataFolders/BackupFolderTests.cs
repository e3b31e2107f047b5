using OrleansUploads.Engine.Tests.Journals;

namespace OrleansUploads.Engine.Tests.DataFolders;

/// <summary>Copies of a journal that is in use. An interrupted one is recognized, and is replaced by the next one.</summary>
public sealed class BackupFolderTests : IAsyncLifetime
{
    private readonly TemporaryFolder _root = new();
    private readonly JournalFolder _data = new();
    private SqliteJournal? _journal;

    private string Backup => Path.Combine(_root.Path, "backup");

    private string Unfinished => Path.Combine(Backup, "journal.db.unfinished");

    public async ValueTask InitializeAsync()
    {
        File.WriteAllText(Path.Combine(_data.Folder, "keys.json"), "the keys");
        _journal = _data.Open();
        await JournalFolder.AppendAsync(_journal, JournalFolder.Upload(1), 0, "first", "second");
    }

    public async ValueTask DisposeAsync()
    {
        await _journal!.DisposeAsync();
        _data.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task A_backup_has_the_records_the_mark_and_the_keys()
    {
        BackupFolder.Copy(_data.Folder, Backup);

        await AssertCompleteAsync();
    }

    [Theory]
    [InlineData]
    [InlineData("journal.mark")]
    [InlineData("journal.mark", "journal.db.unfinished-journal")]
    [InlineData("journal.mark", "keys.json")]
    [InlineData("journal.mark", "keys.json", "backup.mark")]
    public async Task An_interrupted_backup_is_replaced(params string[] copied)
    {
        Interrupt(copied);

        BackupFolder.RequirePlace(_data.Folder, Backup);
        BackupFolder.Copy(_data.Folder, Backup);

        await AssertCompleteAsync();
    }

    [Fact]
    public void An_interrupted_backup_is_neither_checked_nor_served()
    {
        Interrupt("journal.mark");
        var parts = Directory.CreateDirectory(Path.Combine(Backup, "parts"));
        File.WriteAllText(Path.Combine(parts.FullName, "part"), "a part");

        var check = Assert.Throws<IOException>(() => InspectedDataFolder.Open(Backup).Dispose());
        var serve = Assert.Throws<IOException>(() => DataFolder.Open(Backup));

        Assert.StartsWith($"{Backup} is an unfinished backup", check.Message, StringComparison.Ordinal);
        Assert.Contains($"backup begin --data DIR --to {Backup}'", check.Message, StringComparison.Ordinal);
        Assert.Equal(check.Message, serve.Message);
    }

    [Theory]
    [InlineData("journal.db", false)]
    [InlineData("journal.mark", false)]
    [InlineData("keys.json", false)]
    [InlineData("journal.db", true)]
    public void Files_that_are_not_of_an_unfinished_backup_are_kept(string name, bool isBesideUnfinished)
    {
        Directory.CreateDirectory(Backup);
        if (isBesideUnfinished)
        {
            Interrupt("journal.mark");
        }

        var foreign = Path.Combine(Backup, name);
        File.WriteAllText(foreign, "not from this backup");
        var before = Directory.GetFiles(Backup);

        Assert.Contains($"{foreign} already exists", RefusedPlace(), StringComparison.Ordinal);
        Assert.Contains($"{foreign} already exists", RefusedCopy(), StringComparison.Ordinal);
        Assert.Equal("not from this backup", File.ReadAllText(foreign));
        Assert.Subset(Directory.GetFiles(Backup).ToHashSet(), before.ToHashSet());
    }

    [Fact]
    public void A_backup_that_another_process_makes_is_not_taken_for_an_interrupted_one()
    {
        Interrupt("journal.mark");
        using var other = FolderLock.Take(Backup);

        Assert.Contains($"{Backup} is in use", RefusedCopy(), StringComparison.Ordinal);
        Assert.Equal("half a jour", File.ReadAllText(Unfinished));
    }

    [Fact]
    public async Task A_backup_that_fails_leaves_nothing_that_is_in_the_way_of_the_next_one()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_root.Path, "without a journal")).FullName;
        File.Copy(_data.Mark, Path.Combine(elsewhere, "journal.mark"));

        Assert.Throws<JournalUnavailableException>(() => BackupFolder.Copy(elsewhere, Backup));
        Assert.Equal(["lock"], Directory.GetFiles(Backup).Select(Path.GetFileName));

        BackupFolder.Copy(_data.Folder, Backup);
        await AssertCompleteAsync();
    }

    private string RefusedPlace() => Assert.Throws<IOException>(() => BackupFolder.RequirePlace(_data.Folder, Backup)).Message;

    private string RefusedCopy() => Assert.Throws<IOException>(() => BackupFolder.Copy(_data.Folder, Backup)).Message;

    private void Interrupt(params string[] copied)
    {
        Directory.CreateDirectory(Backup);
        File.WriteAllText(Unfinished, "half a jour");
        foreach (var name in copied)
        {
            File.WriteAllText(Path.Combine(Backup, name), "from an earlier attempt");
        }
    }

    private async Task AssertCompleteAsync()
    {
        Assert.Equal(
            ["backup.mark", "journal.db", "journal.mark", "keys.json", "lock"],
            Directory.GetFiles(Backup).Select(Path.GetFileName).Order());
        Assert.Equal("the keys", File.ReadAllText(Path.Combine(Backup, "keys.json")));
        Assert.Equal(File.ReadAllBytes(_data.Mark), File.ReadAllBytes(Path.Combine(Backup, "journal.mark")));
        await using var copy = SqliteJournal.Open(Backup);
        Assert.Equal(["first", "second"], await JournalFolder.ReadAsync(copy, JournalFolder.Upload(1)));
    }
}
