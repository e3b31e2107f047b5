using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Orleans.Serialization;
using OrleansUploads.Cluster.Tls;

namespace OrleansUploads.Cluster.Tests.Tls;

/// <summary>A program that connects to a port of a silo and is not Orleans.</summary>
internal sealed class TlsPeer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient _socket;
    private readonly SslStream _stream;

    private TlsPeer(TcpClient socket, SslStream stream)
    {
        _socket = socket;
        _stream = stream;
    }

    public string SiloCertificate => _stream.RemoteCertificate!.GetCertHashString();

    [SuppressMessage("Security", "CA5359", Justification = "The tests ask what the silo accepts; they send it no secret.")]
    public static async Task<TlsPeer> ConnectAsync(int port, X509Certificate2? certificate)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = TlsFiles.DefaultSiloName,
                ApplicationProtocols = [new SslApplicationProtocol("Orleans1")],
                ClientCertificates = certificate is null ? null : [certificate],
                LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
            Cancellation);
        return new TlsPeer(socket, stream);
    }

    /// <summary>Sends the first message of a client, or of a silo that has no row in the membership table.</summary>
    public async Task SendPreambleAsync(bool isSilo = false)
    {
        await using var services = new ServiceCollection().AddSerializer(
            builder => builder.AddAssembly(typeof(ClientPreamble).Assembly)).BuildServiceProvider();
        var content = services.GetRequiredService<Serializer<ClientPreamble>>().SerializeToArray(new ClientPreamble
        {
            Version = ProtocolVersion.First,
            Client = GrainId.Create("sys.client", Guid.NewGuid().ToString("N")),
            Silo = isSilo ? SiloAddress.New(IPAddress.Loopback, port: 1, generation: 1) : null,
            ClusterId = TlsBench.ClusterId,
        });
        var message = new byte[sizeof(int) + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, content.Length);
        content.CopyTo(message.AsSpan(sizeof(int)));
        await _stream.WriteAsync(message, Cancellation);
    }

    /// <summary>Reads what the silo sends next.</summary>
    /// <returns>The number of bytes, or 0 if the silo has closed the connection.</returns>
    public async Task<int> ReadAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await _stream.ReadAsync(new byte[1024], limit.Token);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            return 0;
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}

/// <summary>The first message of a connection, in which a client states its ID. It has the same members as Orleans' own type, which is not
/// public; Orleans' format identifies members by their numbers.</summary>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.Tests.ClientPreamble")]
internal sealed class ClientPreamble
{
    [Id(0)]
    public ProtocolVersion Version { get; set; }

    [Id(1)]
    public GrainId Client { get; set; }

    [Id(2)]
    public SiloAddress? Silo { get; set; }

    [Id(3)]
    public string? ClusterId { get; set; }
}

[GenerateSerializer]
internal enum ProtocolVersion : byte
{
    None = 0,
    First = 1,
}
