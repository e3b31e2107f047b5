using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Checking;

/// <summary>Checks a data folder. The check does not change the folder.</summary>
/// <remarks>If no server uses the folder, none can start until the check has been disposed of.</remarks>
public sealed class DataFolderCheck : IDisposable
{
    private readonly InspectedDataFolder _folder;

    private DataFolderCheck(InspectedDataFolder folder, CheckOptions options, TimeProvider time)
    {
        _folder = folder;
        Check = new DataCheck(folder.Journal, folder.Parts, options, time);
    }

    /// <summary>Whether a server is using the folder.</summary>
    public bool IsOnline => _folder.IsOnline;

    public DataCheck Check { get; }

    /// <summary>Opens a data folder.</summary>
    /// <param name="parts">Keeps the bytes, if they are not in the folder; null if they are.</param>
    /// <param name="options">The options. This call sets where the bytes and the journal are.</param>
    /// <param name="time">The clock of the rate of reading.</param>
    /// <exception cref="JournalDamagedException">The journal is missing, or is not readable as a database.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be opened at the moment.</exception>
    /// <exception cref="NotSupportedException">The journal was created by a newer version or by another program.</exception>
    /// <exception cref="IOException">The folder is not a data folder, or cannot be used.</exception>
    public static DataFolderCheck Open(string folder, IPartStore? parts, CheckOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var place = parts is IStoreMark store ? store.Place : DataFolder.PartsFolder;
        return new DataFolderCheck(
            InspectedDataFolder.Open(folder, parts), options with { PartsPlace = place, JournalFile = JournalSchema.FileName }, time);
    }

    public void Dispose() => _folder.Dispose();
}
