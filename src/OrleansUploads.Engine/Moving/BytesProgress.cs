using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Moving;

/// <summary>The uploads of a cluster whose bytes are in the new store already.</summary>
internal sealed class BytesProgress : IDisposable
{
    private readonly ProgressFile _file;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;

    private BytesProgress(ProgressFile file)
    {
        _file = file;
        _find = file.Prepare("SELECT version FROM uploads WHERE upload = ?1");
        _begin = file.Prepare("INSERT INTO uploads VALUES (?1, 0) ON CONFLICT (upload) DO NOTHING");
        _end = file.Prepare("UPDATE uploads SET version = ?2 WHERE upload = ?1");
    }

    /// <summary>Identifies the move.</summary>
    public string Id => _file.Id;

    /// <summary>Opens the progress of the move of a folder, or begins one.</summary>
    /// <exception cref="IOException">The file cannot be used, or another process uses it.</exception>
    public static BytesProgress Open(string folder)
    {
        var file = ProgressFile.Open(
            folder, "CREATE TABLE uploads(upload TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;");
        try
        {
            return new BytesProgress(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The version of an upload whose bytes are in the new store and were compared; 0 if the copy has only begun; null if it has
    /// not.</summary>
    public long? Find(UploadId upload) => _file.Run(
        () => _find.Bind(1, upload.ToString()).ReadAll(static row => (long?)row.Int64(0)).SingleOrDefault());

    /// <summary>Records that the bytes of uploads are about to be copied.</summary>
    public void Begin(IEnumerable<UploadId> uploads) => _file.Write(uploads, upload => _begin.Bind(1, upload.ToString()).Run());

    /// <summary>Records that all bytes that an upload needs at a version are in the new store and were compared.</summary>
    public void End(IEnumerable<(UploadId Upload, long Version)> uploads) =>
        _file.Write(uploads, upload => _end.Bind(1, upload.Upload.ToString()).Bind(2, upload.Version).Run());

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
