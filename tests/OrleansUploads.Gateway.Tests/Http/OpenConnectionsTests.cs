using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Connections;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class OpenConnectionsTests
{
    private static readonly IPAddress Proxy = IPAddress.Parse("10.0.0.1");

    private readonly ManualTime _time = new();
    private readonly List<int> _closed = [];

    [Fact]
    public void The_longest_idle_connection_is_closed_for_a_new_one()
    {
        var open = Limited(3);
        var first = Admit(open, 1)!;
        Admit(open, 2);
        Admit(open, 3);
        Verify(first);

        Assert.NotNull(Admit(open, 4));

        Assert.Equal([2], _closed);
        Assert.Equal(3, open.Count);
    }

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.1", "10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.2", "2001:db8::1", "2001:db8::2")]
    public void The_source_with_the_most_idle_connections_loses_one_and_an_IPv6_network_is_one_source(params string[] sources)
    {
        var open = Limited(sources.Length);
        foreach (var (number, source) in sources.Index())
        {
            Admit(open, number + 1, source);
        }

        Admit(open, sources.Length + 1, "10.0.0.3");

        Assert.Equal([2], _closed);
    }

    [Fact]
    public void A_connection_with_a_verified_request_in_progress_stays_open()
    {
        var open = Limited(2);
        Admit(open, 1)!.BeginVerifiedRequest(Account(1));
        Admit(open, 2);

        Admit(open, 3);
        Admit(open, 4);

        Assert.Equal([2, 3], _closed);
    }

    [Fact]
    public void If_all_are_busy_a_stalled_connection_is_closed_or_else_the_new_one_is_refused()
    {
        var open = Limited(3);
        var connections = Enumerable.Range(1, 3).Select(number => Admit(open, number)!).ToList();
        connections[0].BeginVerifiedRequest(Account(1));
        connections[1].BeginVerifiedRequest(Account(2));
        connections[2].BeginVerifiedRequest(Account(2));
        Assert.Null(Admit(open, 4));

        _time.Advance(TimeSpan.FromSeconds(6));
        connections[2].RecordActivity();

        Assert.NotNull(Admit(open, 5));
        Assert.Equal([2], _closed);
    }

    [Fact]
    public async Task Accepting_waits_while_too_many_connections_are_closing()
    {
        var open = Limited(OpenConnections.MaxClosing);
        var first = Enumerable.Range(0, OpenConnections.MaxClosing).Select(number => Admit(open, number)!).ToList();
        for (var number = 0; number < OpenConnections.MaxClosing; number++)
        {
            Assert.True(open.WaitForCapacityAsync(default).AsTask().IsCompleted);
            Admit(open, 1000 + number);
        }

        var capacity = open.WaitForCapacityAsync(default).AsTask();
        Assert.False(capacity.IsCompleted);
        open.RecordClosed(first[0]);
        await capacity;
    }

    [Theory]
    [InlineData(null, 4096, 256)]
    [InlineData(1_000_000L, 4096, 256)]
    [InlineData(4096L, 3200, 256)]
    [InlineData(1024L, 384, 128)]
    [InlineData(256L, 64, 32)]
    public void The_limits_leave_descriptors_for_other_uses(long? descriptors, int connections, int bodies)
    {
        var limits = ServerLimits.FitToDescriptors(new GatewayOptions(), descriptors);

        Assert.Equal(new ServerLimits(connections, bodies, bodies), limits);
    }

    [Fact]
    public void The_descriptor_limit_is_read_from_the_system()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is only read on Linux.");
        Assert.True(DescriptorLimit.RaiseToHardLimit() > 100);
    }

    private static AccountId Account(int number) =>
        Some.AccountNumbered($"{number:D12}");

    private static void Verify(OpenConnection connection)
    {
        connection.BeginVerifiedRequest(Account(1));
        connection.EndRequest();
    }

    private OpenConnections Limited(int connections) =>
        new(new ServerLimits(connections, 1, 1), _time, NullLogger<OpenConnections>.Instance);

    private OpenConnection? Admit(OpenConnections open, int number, string? address = null) =>
        open.Admit(address is null ? Proxy : IPAddress.Parse(address), () => _closed.Add(number));
}
