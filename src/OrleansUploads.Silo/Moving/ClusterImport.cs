using System.Text;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Silo.Moving;

/// <summary>Records in the grain storage that a data folder is imported into the cluster. No silo starts before the import
/// has ended.</summary>
internal sealed record ClusterImport(string Id, bool HasEnded)
{
    private const string RowName = "ou-import";
    private const string Ended = " ended";

    private static readonly GrainId Row = GrainId.Create(RowName, "import");

    /// <returns>Null if there was none.</returns>
    public static async Task<ClusterImport?> FindAsync(IGrainStorage storage, CancellationToken cancellationToken) =>
        (await ReadAsync(storage, cancellationToken)) is { RecordExists: true, State: { } row }
            ? Encoding.ASCII.GetString(row.Content) is var text && text.EndsWith(Ended, StringComparison.Ordinal)
                ? new ClusterImport(text[..^Ended.Length], HasEnded: true)
                : new ClusterImport(text, HasEnded: false)
            : null;

    /// <summary>Records this import in place of its earlier state.</summary>
    public async Task WriteAsync(IGrainStorage storage, CancellationToken cancellationToken)
    {
        var state = await ReadAsync(storage, cancellationToken);
        state.State = new JournalRow { Content = Encoding.ASCII.GetBytes(HasEnded ? Id + Ended : Id) };
        await storage.WriteStateAsync(RowName, Row, state, cancellationToken);
    }

    public static async Task RequireEndedAsync(IGrainStorage storage, CancellationToken cancellationToken)
    {
        if (await FindAsync(storage, cancellationToken) is { HasEnded: false })
        {
            throw new SettingException(
                "The import of a data folder into this cluster has not ended. Run 'orleans-uploads-silo import FOLDER' first, with the same "
                + "settings.");
        }
    }

    private static async Task<GrainState<JournalRow>> ReadAsync(IGrainStorage storage, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync(RowName, Row, state, cancellationToken);
        return state;
    }
}
