using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Serialization;
using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class MemberConnectionsTests : IDisposable
{
    private static readonly SiloAddress Self = SiloAddress.New(IPAddress.Loopback, 1, 10);
    private static readonly SiloAddress Other = SiloAddress.New(IPAddress.Loopback, 2, 10);

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();
    private readonly PublishedMembers _members = new();
    private readonly FatalErrors _fatal = new();

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData("known", true)]
    [InlineData("in the table", true)]
    [InlineData("nowhere", false)]
    [InlineData("another cluster", true)]
    public async Task A_silo_is_served_if_it_is_known_or_in_the_table(string place, bool isServed)
    {
        _members.Publish(place == "known" ? [(Self, SiloStatus.Active), (Other, SiloStatus.Active)] : [(Self, SiloStatus.Active)]);
        using var connections = Create(new Table { Silo = place == "in the table" ? Other : null });
        var connection = new Connection();
        var preamble = Preamble(Other, place == "another cluster" ? place : null);
        await connection.SendAsync(preamble);
        var served = 0L;

        await connections.ServeInboundAsync(connection, async opened => served = (await opened.Transport.Input.ReadAsync(Cancellation)).Buffer.Length);

        // What was looked at is left to Orleans.
        Assert.Equal(isServed ? preamble.Length : 0, served);
        Assert.Equal(!isServed, connection.HasAnswer());
    }

    [Fact]
    public async Task While_the_table_cannot_be_read_an_unknown_silo_is_neither_served_nor_told_that_its_database_is_another_one()
    {
        _members.Publish((Self, SiloStatus.Active));
        using var connections = Create(new Table { IsDown = true });
        var connection = new Connection();
        await connection.SendAsync(Preamble(Other));

        await Assert.ThrowsAsync<IOException>(() => connections.ServeInboundAsync(connection, static _ => throw new InvalidOperationException("It was served.")));

        Assert.False(connection.HasAnswer());
    }

    [Theory]
    [InlineData(SiloStatus.Joining, SiloStatus.Active, true)]
    [InlineData(SiloStatus.Joining, SiloStatus.Dead, false)]
    [InlineData(SiloStatus.Joining, SiloStatus.None, false)]
    [InlineData(SiloStatus.Active, SiloStatus.Active, false)]
    public async Task A_silo_ends_if_a_member_of_its_table_refuses_it_while_it_joins(SiloStatus self, SiloStatus peer, bool ends)
    {
        var other = new PublishedMembers();
        other.Publish((Other, SiloStatus.Active));
        using var refusing = Create(new Table(), Other, other);
        var refused = new Connection();
        await refused.SendAsync(Preamble(Self));
        await refusing.ServeInboundAsync(refused, static _ => Task.CompletedTask);
        _members.Publish(peer == SiloStatus.None ? [(Self, self)] : [(Self, self), (Other, peer)]);
        using var connections = Create(new Table());
        var connection = new Connection();
        await connection.SendAsync(await refused.ReadAnswerAsync());

        await connections.ServeOutboundAsync(connection, static async opened => await opened.Transport.Input.ReadAsync(Cancellation));

        Assert.Equal(ends, _fatal.First.IsCompleted);
    }

    [Fact]
    public async Task A_silo_opens_no_connection_before_its_row_is_in_the_table()
    {
        _members.Publish((Self, SiloStatus.Created));
        using var connections = Create(new Table());
        var isServed = false;
        var serving = connections.ServeOutboundAsync(new Connection(), _ =>
        {
            isServed = true;
            return Task.CompletedTask;
        });
        Assert.False(isServed);

        _members.Publish((Self, SiloStatus.Joining));

        await serving;
        Assert.True(isServed);
    }

    private byte[] Preamble(SiloAddress silo, string? cluster = null)
    {
        var preamble = _services.GetRequiredService<Serializer<PeerPreamble>>().SerializeToArray(
            new PeerPreamble { Silo = silo, ClusterId = cluster ?? new SiloDetails(Self).ClusterId });
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, preamble.Length);
        return [.. length, .. preamble];
    }

    private MemberConnections Create(IMembershipTable table, SiloAddress? self = null, PublishedMembers? members = null) => new(
        table,
        members ?? _members,
        new SiloDetails(self ?? Self),
        _services.GetRequiredService<Serializer<PeerPreamble>>(),
        _fatal,
        NullLogger<MemberConnections>.Instance);

    private sealed class Connection : DefaultConnectionContext
    {
        private readonly Pipe _received = new();
        private readonly Pipe _sent = new();

        public Connection()
        {
            Transport = new Duplex(_received.Reader, _sent.Writer);
            RemoteEndPoint = Other.Endpoint;
        }

        public async Task SendAsync(byte[] bytes) => await _received.Writer.WriteAsync(bytes, Cancellation);

        public bool HasAnswer() => _sent.Reader.TryRead(out var answer) && !answer.Buffer.IsEmpty;

        public async Task<byte[]> ReadAnswerAsync() => System.Buffers.BuffersExtensions.ToArray((await _sent.Reader.ReadAsync(Cancellation)).Buffer);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class FatalErrors : IFatalErrorHandler
    {
        private readonly TaskCompletionSource<Exception?> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception?> First => _first.Task;

        public bool IsUnexpected(Exception exception) => false;

        public void OnFatalException(object? sender, string? context, Exception? exception) => _first.TrySetResult(exception);
    }

    private sealed class Table : IMembershipTable
    {
        public SiloAddress? Silo { get; init; }

        public bool IsDown { get; init; }

        public Task<MembershipTableData> ReadRow(SiloAddress key) => IsDown
            ? Task.FromException<MembershipTableData>(new IOException("The database is down."))
            : Task.FromResult(new MembershipTableData(
                key.Equals(Silo) ? [Tuple.Create(new MembershipEntry { SiloAddress = key, Status = SiloStatus.Joining }, "1")] : [],
                new TableVersion(1, "1")));

        public Task InitializeMembershipTable(bool tryInitTableVersion) => throw new NotSupportedException();

        public Task DeleteMembershipTableEntries(string clusterId) => throw new NotSupportedException();

        public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => throw new NotSupportedException();

        public Task<MembershipTableData> ReadAll() => throw new NotSupportedException();

        public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => throw new NotSupportedException();

        public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => throw new NotSupportedException();

        public Task UpdateIAmAlive(MembershipEntry entry) => throw new NotSupportedException();
    }
}
