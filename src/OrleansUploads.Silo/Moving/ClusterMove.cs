using System.Text;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Silo.Moving;

/// <summary>Records in the grain storage that a folder moves into the cluster. No silo starts meanwhile.</summary>
internal static class ClusterMove
{
    private const string RowName = "ou-move";

    private static readonly GrainId Row = GrainId.Create(RowName, "move");

    /// <summary>The ID of the move that is in progress, or null.</summary>
    public static async Task<string?> FindAsync(IGrainStorage storage, CancellationToken cancellationToken) =>
        IdIn(await ReadAsync(storage, cancellationToken));

    /// <summary>Begins a move, or continues it.</summary>
    public static async Task BeginAsync(IGrainStorage storage, string move, CancellationToken cancellationToken)
    {
        var state = await ReadAsync(storage, cancellationToken);
        if (!state.RecordExists)
        {
            state.State = new JournalRow { Content = Encoding.ASCII.GetBytes(move) };
            await storage.WriteStateAsync(RowName, Row, state, cancellationToken);
        }
    }

    /// <summary>Ends a move, if it is in progress.</summary>
    public static async Task EndAsync(IGrainStorage storage, string move, CancellationToken cancellationToken)
    {
        var state = await ReadAsync(storage, cancellationToken);
        if (IdIn(state) == move)
        {
            await storage.ClearStateAsync(RowName, Row, state, cancellationToken);
        }
    }

    /// <summary>Refuses to start a silo during a move.</summary>
    /// <exception cref="SettingException">A move is in progress.</exception>
    public static async Task RequireNoneAsync(IGrainStorage storage, CancellationToken cancellationToken)
    {
        if (await FindAsync(storage, cancellationToken) is not null)
        {
            throw new SettingException(
                "A folder moves into this cluster or into its store, and the move is not finished. Run 'orleans-uploads-silo move finish FOLDER' "
                + "first, with the settings of the move.");
        }
    }

    private static string? IdIn(GrainState<JournalRow> state) =>
        state.RecordExists && state.State is { } row ? Encoding.ASCII.GetString(row.Content) : null;

    private static async Task<GrainState<JournalRow>> ReadAsync(IGrainStorage storage, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync(RowName, Row, state, cancellationToken);
        return state;
    }
}
