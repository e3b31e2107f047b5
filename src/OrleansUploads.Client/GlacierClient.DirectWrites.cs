using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    /// <summary>The most parts that one call grants or reports.</summary>
    public const int MaxPartsInCall = 100;

    /// <summary>The most parts that one call offers if it asks for grants of some of them.</summary>
    public const int MaxCandidatesInCall = 1000;

    /// <summary>Asks for permission to write parts straight into the server's object store. Nothing is recorded: ask again for a part
    /// whose grant was lost or has expired. A server of Amazon has no such call.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The upload ID.</param>
    /// <param name="parts">The ranges of the parts; at most <see cref="MaxPartsInCall"/>, or <see cref="MaxCandidatesInCall"/> with
    /// <paramref name="atMost"/>.</param>
    /// <param name="atMost">The number of grants that are wanted, for parts that the upload does not have and that were not granted in
    /// the last half minute; null for all parts.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="GlacierException">The store of the server cannot grant writes, or the upload does not take one of the parts.</exception>
    public Task<IReadOnlyList<DirectGrant>> GrantWritesAsync(
        string vault, string uploadId, IReadOnlyList<ByteRange> parts, int? atMost = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return RunAsync(
            new WireRequest(HttpMethod.Post, $"{RequestPath.Item(_account, vault, Uploads, uploadId)}?grants")
                .WithJson(new WireRangesToGrant(parts, atMost), DirectWriteJson.Default.WireRangesToGrant),
            static async (response, token) =>
                (await ResponseReader.ReadJsonAsync(response, DirectWriteJson.Default.WireGrantList, token).ConfigureAwait(false)).Grants,
            cancellationToken);
    }

    /// <summary>Reports parts that were written under grants. The server compares them with its store. A repeated report changes
    /// nothing.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The upload ID.</param>
    /// <param name="parts">The parts; at most <see cref="MaxPartsInCall"/>.</param>
    /// <param name="cancellationToken">Cancels the request. The parts may still count.</param>
    /// <returns>A verdict for each part, in their order.</returns>
    public Task<IReadOnlyList<DirectVerdict>> ReportWrittenAsync(
        string vault, string uploadId, IReadOnlyList<DirectPart> parts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return RunAsync(
            new WireRequest(HttpMethod.Post, $"{RequestPath.Item(_account, vault, Uploads, uploadId)}?written")
                .WithJson(new WireWrittenParts(parts), DirectWriteJson.Default.WireWrittenParts),
            async (response, token) =>
            {
                var verdicts = (await ResponseReader
                    .ReadJsonAsync(response, DirectWriteJson.Default.WireVerdictList, token).ConfigureAwait(false)).Parts;
                return verdicts.Count == parts.Count
                    ? verdicts
                    : throw ResponseReader.Unreadable(response, $"The response has no verdict for each of the {parts.Count} parts.");
            },
            cancellationToken);
    }
}
