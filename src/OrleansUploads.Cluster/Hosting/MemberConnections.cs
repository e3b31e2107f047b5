using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Refuses connections from silos that are not in the membership table of this silo's database, and ends this silo if it is the one
/// that is refused while it joins.</summary>
/// <remarks>A physical copy of a database has the identity and the membership table of its original. A silo that starts on the copy writes its
/// row only there, and finds the silos of the original in the copied table. They do not find it in theirs, so its database is another one. A
/// silo opens no connection before it has written its row. Connections that are open stay so, also while the database cannot be read. At the
/// address of a member there may be a silo of a cluster that has nothing to do with this one; then the member is gone.</remarks>
internal sealed partial class MemberConnections(
    IMembershipTable table,
    IClusterMembershipService membership,
    ILocalSiloDetails self,
    Serializer<PeerPreamble> preambles,
    IFatalErrorHandler fatal,
    ILogger<MemberConnections> log) : IDisposable
{
    /// <summary>The first bytes of the answer to a refused silo; the preamble of the peer follows. Orleans takes them for a length that is
    /// not allowed.</summary>
    private const uint Refusal = 0x6264554F;

    /// <summary>The length of a preamble precedes it.</summary>
    private const int LengthBytes = sizeof(int);

    /// <summary>The limit of Orleans.</summary>
    private const int MaxPreambleLength = 1024;

    /// <summary>Lets one connection at a time read the table.</summary>
    private readonly SemaphoreSlim _reading = new(1);
    private SiloAddress? _lastRefused;
    private bool _hasFailed;

    public async Task ServeInboundAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var peer = await PeekAsync(connection.Transport.Input, connection.ConnectionClosed);
        if (peer is null || peer.ClusterId != self.ClusterId || await IsMemberAsync(peer.Silo!, connection.ConnectionClosed))
        {
            // Orleans itself refuses the silo of a cluster with another ID.
            await next(connection);
            return;
        }

        if (!peer.Silo!.Equals(Interlocked.Exchange(ref _lastRefused, peer.Silo)))
        {
            LogRefused(log, peer.Silo);
        }

        await connection.Transport.Output.WriteAsync(DescribeRefusal(), connection.ConnectionClosed);
        await connection.Transport.Output.CompleteAsync();
    }

    public async Task ServeOutboundAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        await WaitForOwnRowAsync(connection.ConnectionClosed);
        connection.Transport = new Answered(connection.Transport, this);
        await next(connection);
    }

    public void Dispose() => _reading.Dispose();

    /// <summary>Reads which silo has opened a connection, and leaves the bytes to Orleans. Null if they are no preamble of a silo, which
    /// Orleans refuses.</summary>
    private async ValueTask<PeerPreamble?> PeekAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var received = read.Buffer;
            if (TryReadPreamble(received, out var preamble) || read.IsCompleted)
            {
                input.AdvanceTo(received.Start);
                return preamble;
            }

            input.AdvanceTo(received.Start, received.End);
        }
    }

    /// <summary>Returns false if more bytes are needed. The preamble is null if it is not a silo's.</summary>
    private bool TryReadPreamble(ReadOnlySequence<byte> received, out PeerPreamble? preamble)
    {
        preamble = null;
        if (!TryReadNumber(received, out var length))
        {
            return false;
        }

        if (length is 0 or > MaxPreambleLength)
        {
            return true;
        }

        if (received.Length < LengthBytes + length)
        {
            return false;
        }

        preamble = preambles.Deserialize(received.Slice(LengthBytes, length));
        preamble = preamble?.Silo is null ? null : preamble;
        return true;
    }

    private byte[] DescribeRefusal()
    {
        var preamble = preambles.SerializeToArray(new PeerPreamble { Silo = self.SiloAddress, ClusterId = self.ClusterId });
        var refusal = new byte[sizeof(uint) + LengthBytes + preamble.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(refusal, Refusal);
        BinaryPrimitives.WriteInt32LittleEndian(refusal.AsSpan(sizeof(uint)), preamble.Length);
        preamble.CopyTo(refusal, sizeof(uint) + LengthBytes);
        return refusal;
    }

    private static bool TryReadNumber(ReadOnlySequence<byte> received, out uint number)
    {
        number = 0;
        if (received.Length < sizeof(uint))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        received.Slice(0, sizeof(uint)).CopyTo(bytes);
        number = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return true;
    }

    /// <summary>The view of this silo may be older than the row of the peer.</summary>
    private async ValueTask<bool> IsMemberAsync(SiloAddress peer, CancellationToken cancellationToken)
    {
        if (membership.CurrentSnapshot.Members.ContainsKey(peer))
        {
            return true;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            return (await table.ReadRowAsync(peer, cancellationToken)).Members.Count > 0;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task WaitForOwnRowAsync(CancellationToken cancellationToken)
    {
        if (HasOwnRow(membership.CurrentSnapshot))
        {
            return;
        }

        await foreach (var members in membership.MembershipUpdates.WithCancellation(cancellationToken))
        {
            if (HasOwnRow(members))
            {
                return;
            }
        }
    }

    private bool HasOwnRow(ClusterMembershipSnapshot members) =>
        members.GetSiloStatus(self.SiloAddress) is not (SiloStatus.None or SiloStatus.Created);

    private void OnRefused(SiloAddress peer)
    {
        var refusal = new OtherDatabaseException(
            $"The silo {peer} refuses {self.SiloAddress}, because it has another database: one of the two is a copy of the other, and has its table "
            + "of silos.");
        var members = membership.CurrentSnapshot;
        if (members.GetSiloStatus(self.SiloAddress) != SiloStatus.Joining
            || !members.Members.TryGetValue(peer, out var member) || member.Status == SiloStatus.Dead)
        {
            LogIsRefused(log, refusal.Message);
        }
        else if (!Interlocked.Exchange(ref _hasFailed, true))
        {
            fatal.OnFatalException(this, nameof(ServeOutboundAsync), refusal);
        }
    }

    [LoggerMessage(
        3011,
        LogLevel.Error,
        "The silo {Peer} is refused, because it is not in the table of silos of this silo's database: it has another database, such as a copy of "
        + "this one or its original. Stop it, and make a copy a cluster of its own before a silo uses it")]
    private static partial void LogRefused(ILogger log, SiloAddress peer);

    [LoggerMessage(3012, LogLevel.Error, "{Refusal}")]
    private static partial void LogIsRefused(ILogger log, string refusal);

    /// <summary>The transport of a connection that this silo opened. Recognizes a refusal in the first bytes that it receives.</summary>
    private sealed class Answered(IDuplexPipe inner, MemberConnections connections) : PipeReader, IDuplexPipe
    {
        private bool _isRead;

        public PipeReader Input => this;

        public PipeWriter Output => inner.Output;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            _isRead ? inner.Input.ReadAsync(cancellationToken) : ReadFirstAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.Input.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.Input.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.Input.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.Input.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Input.Complete(exception);

        private async ValueTask<ReadResult> ReadFirstAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                var read = await inner.Input.ReadAsync(cancellationToken);
                if (!TryReadNumber(read.Buffer, out var first))
                {
                    return read;
                }

                PeerPreamble? peer = null;
                if (first != Refusal || connections.TryReadPreamble(read.Buffer.Slice(sizeof(uint)), out peer) || read.IsCompleted)
                {
                    _isRead = true;
                    if (peer?.Silo is { } silo)
                    {
                        connections.OnRefused(silo);
                    }

                    return read;
                }

                inner.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
    }
}

/// <summary>What is needed here of the message with which Orleans opens a connection between silos, in Orleans' form.</summary>
[GenerateSerializer]
internal sealed class PeerPreamble
{
    [Id(2)]
    public SiloAddress? Silo { get; init; }

    [Id(3)]
    public string? ClusterId { get; init; }
}

/// <summary>A silo cannot join, because the silos that it finds in the membership table have another database.</summary>
public sealed class OtherDatabaseException(string message) : Exception(message);
