using System.Globalization;
using System.Text;
using Orleans.Storage;

namespace OrleansUploads.Silo.Storage;

/// <summary>Grain storage in Orleans' tables that writes the rows of many grains in one transaction. Orleans' own provider reads and
/// deletes, and the rows are the same, so silos with and without this provider can share a database.</summary>
/// <param name="orleans">Orleans' provider.</param>
/// <param name="name">The name of the provider.</param>
/// <param name="service">Orleans' service ID.</param>
/// <param name="groups">Writes the rows.</param>
internal sealed class GroupedGrainStorage(AdoNetGrainStorage orleans, string name, string service, RowWriteGroups groups) : IGrainStorage
{
    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        orleans.ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        orleans.ReadStateAsync(stateName, grainId, grainState, cancellationToken);

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        orleans.ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        orleans.ClearStateAsync(stateName, grainId, grainState, cancellationToken);

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    /// <remarks>The token cancels nothing once the write waits for its group, because the outcome would be unknown.</remarks>
    public async Task WriteStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (grainId.TryGetGuidKey(out _, out _) || grainId.TryGetIntegerKey(out _, out _))
        {
            // Orleans stores these keys in other columns.
            await orleans.WriteStateAsync(stateName, grainId, grainState, cancellationToken);
            return;
        }

        var key = grainId.Key.ToString()!;
        var hasher = orleans.HashPicker.PickHasher(service, name, stateName, grainId, grainState)!;
        var content = orleans.Serializer.Serialize(grainState.State);
        int? replaced = grainState.ETag is { Length: > 0 } tag ? int.Parse(tag, CultureInfo.InvariantCulture) : null;
        var version = await groups.WriteAsync(new RowWrite(
            hasher.Hash(KeyBytes(key)), key, hasher.Hash(Encoding.UTF8.GetBytes(stateName)), stateName, replaced, content));
        if (version is null || version == replaced)
        {
            throw new InconsistentStateException(
                $"Another writer has changed {stateName} of {grainId} since version {replaced?.ToString(CultureInfo.InvariantCulture) ?? "0"}.");
        }

        grainState.ETag = version.Value.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    /// <summary>Orleans hashes the bytes of a key in reverse on little-endian machines.</summary>
    private static byte[] KeyBytes(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        if (BitConverter.IsLittleEndian)
        {
            Array.Reverse(bytes);
        }

        return bytes;
    }
}
