using OrleansUploads.Core.Messages.Vaults;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Policies;
using OrleansUploads.Gateway.Tests.Harness;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Policies are parsed once for as long as they are in use, and one that cannot be read closes its vault.</summary>
public sealed class PolicyCacheTests
{
    private static readonly string Used = PolicyOf("Deny", "glacier:DeleteArchive");

    [Fact]
    public void The_same_text_is_parsed_once_and_another_is_another_policy()
    {
        var parsed = new PolicyCache();
        var first = parsed.Parse(Used);
        Assert.Same(first, parsed.Parse(new string(Used)));
        Assert.NotSame(first, parsed.Parse(Used + " "));
    }

    [Fact]
    public void What_is_in_use_is_kept_however_many_others_pass_by_and_what_is_not_is_let_go()
    {
        var parsed = new PolicyCache();
        var used = parsed.Parse(Used);
        var unused = parsed.Parse(Used + "\n");
        for (var i = 0; i < 100; i++)
        {
            parsed.Parse(PolicyOf("Deny", "glacier:DeleteArchive", sid: $"{i}").PadRight(20 * 1024));
            Assert.Same(used, parsed.Parse(Used));
        }

        Assert.NotSame(unused, parsed.Parse(Used + "\n"));
    }

    [Fact]
    public void What_is_no_policy_is_told_every_time()
    {
        var parsed = new PolicyCache();
        Assert.Throws<PolicyFormatException>(() => parsed.Parse("garbage"));
        Assert.Throws<PolicyFormatException>(() => parsed.Parse("garbage"));
    }

    [Fact]
    public async Task A_vault_whose_stored_policy_cannot_be_read_stays_closed()
    {
        var setup = new GatewaySetup();
        var host = setup.Host(setup);
        await using var server = await GatewayServer.StartAsync(setup with { Host = _ => host });
        (await server.SendAsync(CreateVault("papers"))).Expect(201);
        var archive = (await server.SendAsync(UploadArchive("papers", Bytes(7)))).Expect(201).Header("x-amz-archive-id")!;
        Assert.True(VaultName.TryParse("papers", out var name));
        var vault = new VaultId(GatewaySetup.Account, name);
        await host.AskAsync(vault.Entity, new SetAccessPolicy(vault, new VaultPolicy("garbage", "arn")), CancellationToken.None);

        (await server.SendAsync(DeleteArchive("papers", archive))).ExpectError(500, "ServiceUnavailableException", "Internal failure");

        await host.AskAsync(vault.Entity, new DeleteAccessPolicy(vault), CancellationToken.None);
        (await server.SendAsync(DeleteArchive("papers", archive))).Expect(204);
    }
}
