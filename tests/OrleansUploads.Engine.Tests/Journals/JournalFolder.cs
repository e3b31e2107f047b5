using System.Text;
using SQLitePCL;

namespace OrleansUploads.Engine.Tests.Journals;

/// <summary>A folder with a journal, and ways to damage it.</summary>
internal sealed class JournalFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    public string Database => Path.Combine(Folder, "journal.db");

    public string WriteAheadLog => Path.Combine(Folder, "journal.db-wal");

    public string Mark => Path.Combine(Folder, "journal.mark");

    public static EntityId Upload(int number) => new(EntityKind.Upload, $"upload-{number}");

    public SqliteJournal Open(SqliteJournalOptions? options = null) => SqliteJournal.Open(Folder, options);

    /// <summary>Copies the state after a kill: everything that was written, but not closed.</summary>
    public JournalFolder CopyAsAfterKill()
    {
        var copy = new JournalFolder();
        foreach (string file in (string[])[Mark, Database, WriteAheadLog])
            File.Copy(file, Path.Combine(copy.Folder, Path.GetFileName(file)));
        return copy;
    }

    /// <summary>Flips one bit in the first place where the text is stored.</summary>
    public void FlipBitIn(string text)
    {
        List<int> found = FileDamage.Find(File.ReadAllBytes(Database), text);
        Assert.True(found.Count > 0, $"'{text}' is not in the file.");
        FileDamage.Flip(Database, found[0] + (text.Length / 2));
    }

    public void Execute(string sql)
    {
        Batteries_V2.Init();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(Database, out sqlite3 database));
        using (database)
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(database, sql));
    }

    /// <summary>Appends one record after the other, all of which must be accepted.</summary>
    public static async Task AppendAsync(IJournal journal, EntityId entity, long version, params string[] records)
    {
        foreach (string record in records)
        {
            var append = new JournalAppend(entity, version++, Encoding.UTF8.GetBytes(record));
            Assert.Equal(AppendOutcome.Appended, await journal.AppendAsync(append, Cancellation));
        }
    }

    public static async Task<string[]> ReadAsync(IJournal journal, EntityId entity)
    {
        JournalHistory history = await journal.ReadAsync(entity, Cancellation);
        return [.. history.Records.Select(record => Encoding.UTF8.GetString(record.Span))];
    }

    public void Dispose() => _folder.Dispose();
}
