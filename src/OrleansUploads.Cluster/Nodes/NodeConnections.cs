using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;
using Orleans.Serialization.Session;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>Decides who may use the client port, and gives ingestion nodes the IDs that <see cref="NodeIdentity"/> describes.</summary>
/// <remarks>Processes with the certificate of a silo, which are gateways and operators' commands, are trusted like silos. A node is known by
/// the subject of its certificate. The gateway of Orleans believes what a message says about its sender, so the port checks
/// it.</remarks>
internal sealed partial class NodeConnections(
    ClusterCertificates certificates,
    NodeGrants grants,
    Serializer<ClientPreamble> preambles,
    SerializerSessionPool sessions,
    TimeProvider time,
    ILogger<NodeConnections> log) : IConnectionMiddleware
{
    private const int LengthBytes = sizeof(int);
    private const int MaxPreambleBytes = 1024;

    private readonly LogRate _refused = new(time);

    public async Task OnConnectionAsync(ConnectionContext context, ConnectionDelegate next)
    {
        if (context.Features.Get<ITlsConnectionFeature>()?.RemoteCertificate is not { } certificate)
        {
            return;
        }

        if (certificates.IsSilo(certificate))
        {
            await next(context);
            return;
        }

        var subject = NodeSubject.Of(certificate);
        var grant = subject is null ? null : grants.Find(subject);
        if (grant?.Accepts(certificate) != true)
        {
            LogRefusal(context, grant is null
                ? $"the subject {certificate.Subject} of its certificate is not in the list of ingestion nodes"
                : $"the list of ingestion nodes does not have the fingerprint {NodeGrant.FingerprintOf(certificate)} of {certificate.Subject}");
            return;
        }

        try
        {
            await RunAsync(context, new NodeIdentity(grant.Subject, AddressOf(context)), next);
        }
        catch (InvalidDataException fault)
        {
            LogRefusal(context, fault.Message);
            context.Abort(new ConnectionAbortedException(fault.Message));
        }
    }

    private async Task RunAsync(ConnectionContext context, NodeIdentity node, ConnectionDelegate next)
    {
        var transport = context.Transport;
        if (await ReadPreambleAsync(transport.Input) is not { } preamble)
        {
            return;
        }

        var own = preamble.Client;
        preamble.Client = node.Mark(own) ?? throw new InvalidDataException($"'{own}' is not the ID of a client.");
        var requests = new Pipe();
        var answers = new Pipe();
        using var passesRequests = NodeFrames.OfRequests(own, preamble.Client, sessions);
        using var passesAnswers = NodeFrames.OfAnswers(own, preamble.Client, sessions);
        await WritePreambleAsync(requests.Writer, preamble);
        context.Transport = new NodeTransport(requests.Reader, answers.Writer);
        var receiving = ReceiveAsync(passesRequests, transport.Input, requests.Writer);
        var sending = SendAsync(passesAnswers, answers.Reader, transport.Output);
        try
        {
            await next(context);
        }
        finally
        {
            await answers.Writer.CompleteAsync();
            await requests.Reader.CompleteAsync();
            transport.Input.CancelPendingRead();
            await Task.WhenAll(receiving, sending);
            context.Transport = transport;
        }
    }

    private static async Task ReceiveAsync(NodeFrames requests, PipeReader input, PipeWriter output)
    {
        try
        {
            await requests.RunAsync(input, output);
            await output.CompleteAsync();
        }
        catch (Exception fault)
        {
            // The silo's side ends, and with it the connection.
            await output.CompleteAsync(fault);
            if (fault is InvalidDataException)
            {
                throw;
            }
        }
    }

    private static async Task SendAsync(NodeFrames answers, PipeReader input, PipeWriter output)
    {
        try
        {
            await PassOnPreambleAsync(input, output);
            await answers.RunAsync(input, output);
            await input.CompleteAsync();
        }
        catch (Exception fault)
        {
            await input.CompleteAsync(fault);
        }
    }

    private async Task<ClientPreamble?> ReadPreambleAsync(PipeReader input)
    {
        if (await ReadFirstMessageAsync(input) is not { } message)
        {
            return null;
        }

        try
        {
            return preambles.Deserialize(message.AsMemory(LengthBytes));
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new InvalidDataException($"The first message cannot be read: {fault.Message}", fault);
        }
    }

    private async Task WritePreambleAsync(PipeWriter output, ClientPreamble preamble)
    {
        var content = preambles.SerializeToArray(preamble);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(LengthBytes), content.Length);
        output.Advance(LengthBytes);
        await output.WriteAsync(content);
    }

    /// <summary>Passes on the first message of a connection as it is.</summary>
    internal static async Task PassOnPreambleAsync(PipeReader input, PipeWriter output)
    {
        if (await ReadFirstMessageAsync(input) is { } message)
        {
            await output.WriteAsync(message);
        }
    }

    /// <summary>Reads the first message of a connection, with its length in front, or returns null if the connection ends before.</summary>
    private static async Task<byte[]?> ReadFirstMessageAsync(PipeReader input)
    {
        var result = await input.ReadAtLeastAsync(LengthBytes);
        if (result.Buffer.Length < LengthBytes)
        {
            return null;
        }

        var length = LengthBytes + PreambleBytes(result);
        input.AdvanceTo(result.Buffer.Start);
        result = await input.ReadAtLeastAsync(length);
        if (result.Buffer.Length < length)
        {
            return null;
        }

        var message = result.Buffer.Slice(0, length);
        var bytes = System.Buffers.BuffersExtensions.ToArray(message);
        input.AdvanceTo(message.End);
        return bytes;
    }

    private static int PreambleBytes(ReadResult result)
    {
        Span<byte> length = stackalloc byte[LengthBytes];
        System.Buffers.BuffersExtensions.CopyTo(result.Buffer.Slice(0, LengthBytes), length);
        var bytes = BinaryPrimitives.ReadInt32LittleEndian(length);
        return bytes is > 0 and <= MaxPreambleBytes
            ? bytes
            : throw new InvalidDataException($"The first message has {bytes} bytes. The limit is {MaxPreambleBytes}.");
    }

    private static IPAddress? AddressOf(ConnectionContext context) => context.RemoteEndPoint is not IPEndPoint { Address: var address } ? null
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address;

    private void LogRefusal(ConnectionContext context, string reason)
    {
        if (_refused.TryPass(out var suppressed))
        {
            LogRefused(log, context.RemoteEndPoint?.ToString() ?? "-", reason, suppressed);
        }
    }

    [LoggerMessage(
        3032,
        LogLevel.Warning,
        "A connection from {Address} to the client port was refused: {Reason}. ({Suppressed} earlier messages of this kind were not logged)")]
    private static partial void LogRefused(ILogger log, string address, string reason, long suppressed);

    private sealed record NodeTransport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>The first message of a connection, in which a client states its ID. It has the same members as Orleans' own type, which is not
/// public; Orleans' format identifies members by their numbers.</summary>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.ClientPreamble")]
internal sealed class ClientPreamble
{
    /// <summary>The version of the protocol.</summary>
    [Id(0)]
    public ProtocolVersion Version { get; set; }

    /// <summary>The ID of the client.</summary>
    [Id(1)]
    public GrainId Client { get; set; }

    /// <summary>The address of the sender, if it is a silo.</summary>
    [Id(2)]
    public SiloAddress? Silo { get; set; }

    /// <summary>The ID of the cluster.</summary>
    [Id(3)]
    public string? ClusterId { get; set; }
}

/// <summary>A version of Orleans' protocol. All values are passed on.</summary>
[GenerateSerializer]
internal enum ProtocolVersion : byte
{
    /// <summary>The value that is not sent.</summary>
    None = 0,
}
