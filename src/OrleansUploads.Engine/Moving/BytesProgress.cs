using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Moving;

/// <summary>The uploads of a cluster whose bytes are in the new store already.</summary>
internal sealed class BytesProgress : ProgressFile
{
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;

    /// <summary>Opens the progress of the move of a folder, or begins one.</summary>
    /// <exception cref="IOException">The file cannot be used, or another process uses it.</exception>
    public BytesProgress(string folder)
        : base(folder, "CREATE TABLE uploads(upload TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;")
    {
        _find = Prepare("SELECT version FROM uploads WHERE upload = ?1");
        _begin = Prepare("INSERT INTO uploads VALUES (?1, 0) ON CONFLICT (upload) DO NOTHING");
        _end = Prepare("UPDATE uploads SET version = ?2 WHERE upload = ?1");
    }

    /// <summary>The version of an upload whose bytes are in the new store and were compared; 0 if the copy has only begun; null if it has
    /// not.</summary>
    public long? Find(UploadId upload) => Run(
        () => _find.Bind(1, upload.ToString()).ReadAll(static row => (long?)row.Int64(0)).SingleOrDefault());

    /// <summary>Records that the bytes of uploads are about to be copied.</summary>
    public void Begin(IEnumerable<UploadId> uploads) => Write(uploads, upload => _begin.Bind(1, upload.ToString()).Run());

    /// <summary>Records that all bytes that an upload needs at a version are in the new store and were compared.</summary>
    public void End(IEnumerable<(UploadId Upload, long Version)> uploads) =>
        Write(uploads, upload => _end.Bind(1, upload.Upload.ToString()).Bind(2, upload.Version).Run());
}
