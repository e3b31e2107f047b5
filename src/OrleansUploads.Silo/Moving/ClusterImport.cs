using System.Text;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Silo.Moving;

/// <summary>Records beside the decisions that a data folder is imported into the cluster. No silo starts before the import
/// has ended.</summary>
internal sealed record ClusterImport(string Id, bool HasEnded)
{
    private const string Row = "ou-import/import";
    private const string Ended = " ended";

    /// <returns>Null if there was none.</returns>
    public static async Task<ClusterImport?> FindAsync(INamedRows rows, CancellationToken cancellationToken) =>
        await rows.FindAsync(Row, cancellationToken) is { } row
            ? Encoding.ASCII.GetString(row.Content) is var text && text.EndsWith(Ended, StringComparison.Ordinal)
                ? new ClusterImport(text[..^Ended.Length], HasEnded: true)
                : new ClusterImport(text, HasEnded: false)
            : null;

    /// <summary>Records this import in place of its earlier state.</summary>
    public async Task WriteAsync(INamedRows rows, CancellationToken cancellationToken)
    {
        var row = await rows.FindAsync(Row, cancellationToken);
        if (!await rows.TryWriteAsync(Row, Encoding.ASCII.GetBytes(HasEnded ? Id + Ended : Id), row?.Version, cancellationToken))
        {
            throw new IOException("Another import has changed the cluster.");
        }
    }

    public static async Task RequireEndedAsync(INamedRows rows, CancellationToken cancellationToken)
    {
        if (await FindAsync(rows, cancellationToken) is { HasEnded: false })
        {
            throw new SettingException(
                "The import of a data folder into this cluster has not ended. Run 'orleans-uploads-silo import FOLDER' first, with the same "
                + "settings.");
        }
    }
}
