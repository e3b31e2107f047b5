using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Cluster.Journal;

/// <summary>Rows as states of grains that do not exist: the name of a row is <c>state/key</c>.</summary>
internal sealed class GrainStorageRows([FromKeyedServices(ClusterNames.GrainStorage)] IGrainStorage storage) : INamedRows
{
    public async ValueTask<NamedRow?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>();
        var (kind, grain) = Parse(name);
        await storage.ReadStateAsync(kind, grain, state, cancellationToken);
        return state is { RecordExists: true, State: { } row } ? new NamedRow(row.Content, state.ETag!) : null;
    }

    public async ValueTask<bool> TryWriteAsync(
        string name, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>
        {
            State = new JournalRow { Content = content.ToArray() },
            ETag = version,
            RecordExists = version is not null,
        };
        var (kind, grain) = Parse(name);
        try
        {
            await storage.WriteStateAsync(kind, grain, state, cancellationToken);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    private static (string Kind, GrainId Grain) Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return (name[..slash], GrainId.Create(name[..slash], name[(slash + 1)..]));
    }
}
