using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Policies;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Policies in use are parsed once, and an unreadable policy denies access to its vault.</summary>
public sealed class PolicyCacheTests
{
    private static readonly string Used = PolicyOf("Deny", "glacier:DeleteArchive");

    [Fact]
    public void The_same_text_is_parsed_once_and_an_invalid_one_is_rejected_every_time()
    {
        var cache = new PolicyCache();
        var first = cache.Parse(Used);
        Assert.Same(first, cache.Parse(new string(Used)));
        Assert.NotSame(first, cache.Parse(Used + " "));
        Assert.Throws<PolicyFormatException>(() => cache.Parse("garbage"));
        Assert.Throws<PolicyFormatException>(() => cache.Parse("garbage"));
    }

    [Fact]
    public void Policies_in_use_stay_cached_and_unused_ones_are_evicted()
    {
        var cache = new PolicyCache();
        var used = cache.Parse(Used);
        var unused = cache.Parse(Used + "\n");
        for (var i = 0; i < 100; i++)
        {
            cache.Parse(PolicyOf("Deny", "glacier:DeleteArchive", sid: $"{i}").PadRight(20 * 1024));
            Assert.Same(used, cache.Parse(Used));
        }

        Assert.NotSame(unused, cache.Parse(Used + "\n"));
    }

    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task A_vault_with_an_unreadable_policy_refuses_deletions()
    {
        var setup = new GatewaySetup();
        var host = setup.Host(setup);
        await using var server = await GatewayServer.StartAsync(setup with { Host = _ => host });
        (await server.SendAsync(CreateVault("papers"))).Expect(201);
        var archive = (await server.SendAsync(UploadArchive("papers", Bytes(7)))).Expect(201).Header("x-amz-archive-id")!;
        var vault = Some.VaultNamed("papers");
        await host.AskAsync(vault.Entity, new SetAccessPolicy(vault, new VaultPolicy("garbage", "arn")), CancellationToken.None);

        (await server.SendAsync(DeleteArchive("papers", archive))).ExpectUnavailable("Internal failure");

        await host.AskAsync(vault.Entity, new DeleteAccessPolicy(vault), CancellationToken.None);
        (await server.SendAsync(DeleteArchive("papers", archive))).Expect(204);
    }
}
