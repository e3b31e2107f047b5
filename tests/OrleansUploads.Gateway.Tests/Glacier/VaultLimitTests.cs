using OrleansUploads.Core.Settings;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>A server that limits each vault to three uploads and ten jobs.</summary>
public sealed class SmallVaultsFixture : GatewayFixture
{
    protected override GatewaySetup Setup => new() { Vaults = new VaultLimits { OpenUploads = 3, Jobs = 10 } };
}

public sealed class VaultLimitTests(SmallVaultsFixture gateway) : IClassFixture<SmallVaultsFixture>
{
    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task Uploads_in_progress_are_limited_per_vault()
    {
        var vault = await gateway.NewVaultAsync();
        var uploads = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            uploads.Add((await gateway.SendAsync(Initiate(vault))).Expect(201).Header("x-amz-multipart-upload-id")!);
        }

        (await gateway.SendAsync(Initiate(vault))).ExpectLimitExceeded("has 3 uploads in progress");
        (await gateway.SendAsync(UploadArchive(vault, Bytes(1)))).ExpectLimitExceeded("3 uploads");

        (await gateway.SendAsync(Abort(vault, uploads[0]))).Expect(204);
        (await gateway.SendAsync(Part(vault, uploads[1], 0, Bytes(7)))).Expect(204);
        (await gateway.SendAsync(Complete(vault, uploads[1], Bytes(7)))).Expect(201);
        (await gateway.SendAsync(UploadArchive(vault, Bytes(1)))).Expect(201);
        (await gateway.SendAsync(Initiate(vault))).Expect(201);
        (await gateway.SendAsync(Initiate(vault))).Expect(201);
        (await gateway.SendAsync(Initiate(vault))).ExpectLimitExceeded("has 3 uploads in progress");
        Assert.Equal(3, (await gateway.SendAsync(ListUploads(vault))).Json.GetProperty("UploadsList").GetArrayLength());
    }

    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task Jobs_are_limited_per_vault_and_inventories_to_a_tenth_of_them()
    {
        var vault = await gateway.NewVaultAsync();
        var archive = await gateway.NewArchiveAsync(vault, Bytes(7));
        (await gateway.SendAsync(RetrieveInventory(vault))).Expect(202);
        (await gateway.SendAsync(RetrieveInventory(vault))).ExpectLimitExceeded("has 1 inventory jobs");
        for (var i = 1; i < 10; i++)
        {
            (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202);
        }

        (await gateway.SendAsync(Retrieve(vault, archive))).ExpectLimitExceeded("has 10 jobs");
        (await gateway.SendAsync(RetrieveInventory(vault))).ExpectLimitExceeded("has 10 jobs");
    }

    [Fact]
    public async Task A_retrieval_from_a_full_vault_does_not_use_up_the_retrieval_policy()
    {
        var (full, other) = (await gateway.NewVaultAsync(), await gateway.NewVaultAsync());
        var archive = await gateway.NewArchiveAsync(full, Bytes(7));
        for (var i = 0; i < 10; i++)
        {
            (await gateway.SendAsync(Retrieve(full, archive))).Expect(202);
        }

        (await gateway.SendAsync(SetRetrievalPolicy(
            """{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":7}]}}"""))).Expect(204);
        try
        {
            (await gateway.SendAsync(Retrieve(full, archive))).ExpectLimitExceeded("has 10 jobs");
            (await gateway.SendAsync(Retrieve(other, await gateway.NewArchiveAsync(other, Bytes(7))))).Expect(202);
        }
        finally
        {
            (await gateway.SendAsync(SetRetrievalPolicy("""{"Policy":{"Rules":[{"Strategy":"None"}]}}"""))).Expect(204);
        }
    }
}
