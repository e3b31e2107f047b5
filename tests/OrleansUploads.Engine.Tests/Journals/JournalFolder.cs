using System.Text;
using OrleansUploads.Engine.Sqlite;
using SQLitePCL;

namespace OrleansUploads.Engine.Tests.Journals;

/// <summary>A folder with a journal, and ways to damage it.</summary>
internal sealed class JournalFolder : IDisposable
{
    public JournalFolder() => Directory.CreateDirectory(Folder);

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"journal-{Guid.NewGuid():N}");

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
        byte[] bytes = File.ReadAllBytes(Database);
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.True(at >= 0, $"'{text}' is not in the file.");
        FlipBit(Database, at + (text.Length / 2));
    }

    public static void FlipBit(string path, long offset)
    {
        using FileStream file = File.Open(path, FileMode.Open);
        file.Position = offset;
        int value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x10));
    }

    public static void Cut(string path, long bytes)
    {
        using FileStream file = File.Open(path, FileMode.Open);
        file.SetLength(file.Length - bytes);
    }

    /// <summary>Changes a closed journal with SQL.</summary>
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
            Assert.Equal(AppendOutcome.Appended, await journal.AppendAsync(append, TestContext.Current.CancellationToken));
        }
    }

    public static async Task<string[]> ReadAsync(IJournal journal, EntityId entity)
    {
        JournalHistory history = await journal.ReadAsync(entity, TestContext.Current.CancellationToken);
        return [.. history.Records.Select(record => Encoding.UTF8.GetString(record.Span))];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
