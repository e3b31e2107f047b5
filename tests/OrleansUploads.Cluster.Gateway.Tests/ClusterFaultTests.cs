using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Memory;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Cluster.Gateway.Tests;

/// <summary>The answers of a gateway whose cluster is unavailable.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class ClusterFaultTests : IAsyncLifetime
{
    private const string Vault = "v";

    private StorageFault _fault = StorageFault.None;
    private ClusterBench _cluster = null!;
    private GatewayServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var world = new DurableWorld(
            rows => new FaultyGrainStorage(rows, (_, isWrite) => isWrite ? _fault : StorageFault.None), _ => new MemoryPartStore());
        var clock = new SettableClock();
        _cluster = await ClusterBench.StartAsync(
            world, options: ClusterBench.Fast with { Time = clock, Clock = new ContinuousClock(clock) });
        _server = await GatewayServer.StartAsync(
            new GatewaySetup { Clock = clock, Parts = world.Parts, Host = _ => _cluster.Client });
        (await _server.SendAsync(CreateVault(Vault))).Expect(201);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task Storage_failures_ask_the_client_to_retry_and_retries_then_succeed(string when)
    {
        _fault = when == "before" ? StorageFault.FailBefore : StorageFault.FailAfter;
        (await _server.SendAsync(Initiate(Vault, MiB))).ExpectUnavailable("ry again");
        _fault = StorageFault.None;
        var upload = (await _server.SendAsync(Initiate(Vault, MiB))).Expect(201).Header("x-amz-multipart-upload-id")!;
        (await _server.SendAsync(Part(Vault, upload, 0, Bytes(7)))).Expect(204);
    }

    [Fact]
    public async Task Without_a_silo_the_client_is_asked_to_retry()
    {
        await _cluster.KillAsync(_cluster.Silos[0]);
        (await _server.SendAsync(DescribeVault(Vault))).ExpectUnavailable("ry again");
    }
}
