using System.Globalization;
using Npgsql;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Silo.Database;

namespace OrleansUploads.Silo.Storage;

/// <summary>Grain storage in Orleans' tables that writes the rows of many grains in one transaction, and knows whether a failover could
/// undo what it has read or written. The rows are as Orleans' own provider writes them, so silos with and without this provider can share a
/// database.</summary>
/// <remarks>What the database refuses is a <see cref="StorageRefusedException"/>. After all other exceptions of a write, its outcome is
/// unknown.</remarks>
internal sealed class GroupedGrainStorage(IGrainStorageSerializer serializer, PostgresRows rows) : IConfirmingStorage
{
    private readonly RowWriteGroups _groups = new(rows.WriteAsync);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        ReadAsync(stateName, grainId, grainState, isConfirmed: false, cancellationToken);

    public Task ReadConfirmedStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        ReadAsync(stateName, grainId, grainState, isConfirmed: true, cancellationToken);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ClearStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        if (VersionOf(grainState) is null)
        {
            await ReadStateAsync(stateName, grainId, grainState, cancellationToken);
        }

        if (VersionOf(grainState) is { } version)
        {
            await WriteAsync(stateName, grainId, version, content: null, cancellationToken);
        }

        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <summary>The token cancels nothing once the write waits for its group, because the outcome would be unknown.</summary>
    public async Task WriteStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var content = serializer.Serialize(grainState.State).ToMemory();
        var version = await WriteAsync(stateName, grainId, VersionOf(grainState), content, cancellationToken);
        grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    private async Task ReadAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, bool isConfirmed, CancellationToken cancellationToken)
    {
        var row = await RefusableAsync(rows.ReadAsync(RowKey.Of(grainId, stateName), isConfirmed, cancellationToken));
        grainState.State = row?.Content is { } content
            ? serializer.Deserialize<T>(new BinaryData(content)) : Activator.CreateInstance<T>();
        grainState.ETag = row?.Version?.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = row?.Content is not null;
    }

    private async Task<int> WriteAsync(
        string stateName, GrainId grainId, int? replaced, ReadOnlyMemory<byte>? content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var version = await RefusableAsync(_groups.WriteAsync(new RowWrite(RowKey.Of(grainId, stateName), replaced, content)));
        return version is { } written && written != replaced
            ? written
            : throw new InconsistentStateException(
                $"Another writer has changed {stateName} of {grainId} since version {replaced?.ToString(CultureInfo.InvariantCulture) ?? "0"}.");
    }

    private static async Task<T> RefusableAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (PostgresException fault) when (PostgresRefusal.IsRolledBack(fault))
        {
            throw new StorageRefusedException(PostgresRefusal.Describe(fault));
        }
    }

    private static int? VersionOf<T>(IGrainState<T> state) =>
        state.ETag is { Length: > 0 } tag ? int.Parse(tag, CultureInfo.InvariantCulture) : null;
}
