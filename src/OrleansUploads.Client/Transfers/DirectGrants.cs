namespace OrleansUploads.Client.Transfers;

/// <summary>Hands out grants of the parts that this node is to write. Asks for a few at a time, so that nodes that share an upload take
/// different parts.</summary>
/// <param name="client">Asks the server.</param>
/// <param name="vault">The vault name.</param>
/// <param name="uploadId">The upload ID.</param>
/// <param name="missing">The parts that the upload is not known to have. Nodes should offer them in different orders.</param>
/// <param name="atMost">How many grants to ask for at a time.</param>
/// <param name="insists">Whether to ask also for parts that other nodes are to write.</param>
internal sealed class DirectGrants(
    GlacierClient client, string vault, string uploadId, IReadOnlyList<ByteRange> missing, int atMost, bool insists)
    : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Queue<DirectGrant> _granted = new();
    private readonly HashSet<ByteRange> _taken = [];
    private bool _isExhausted;

    /// <summary>Takes the next grant, or null if no part is left that no other node is writing, or the upload has ended.</summary>
    public async Task<DirectGrant?> TakeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_granted.Count == 0 && !_isExhausted)
            {
                await AskAsync(cancellationToken);
            }

            return _granted.TryDequeue(out var grant) ? grant : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        while (_granted.Count == 0 && NextCandidates() is { Length: > 0 } candidates)
        {
            try
            {
                foreach (var grant in await client.GrantWritesAsync(
                    vault, uploadId, candidates, insists ? null : atMost, cancellationToken))
                {
                    _taken.Add(grant.Range);
                    _granted.Enqueue(grant);
                }
            }
            catch (GlacierException ended) when (ended.Code == GlacierErrorCodes.ResourceNotFound)
            {
                break;
            }

            // Other nodes have or write all of these.
            if (_granted.Count == 0)
            {
                _taken.UnionWith(candidates);
            }
        }

        _isExhausted = _granted.Count == 0;
    }

    private ByteRange[] NextCandidates() =>
        [.. missing.Where(part => !_taken.Contains(part)).Take(insists ? atMost : GlacierClient.MaxCandidatesInCall)];
}
