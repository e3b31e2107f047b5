using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.PartStores;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Uploads whose vault is deleted while they are in flight.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class DeletedVaultTests : GatewayFixture
{
    private const string Vault = "v";

    private readonly PausedPartStore _parts = new();

    protected override GatewaySetup Setup => new() { Parts = _parts };

    /// <summary>The longer archive is announced before its body is read.</summary>
    [Theory]
    [InlineData(10, false)]
    [InlineData(10, true)]
    [InlineData(9 * MiB, false)]
    [InlineData(9 * MiB, true)]
    public async Task An_archive_whose_vault_is_deleted_during_its_upload_is_refused_and_its_bytes_are_deleted(int length, bool isCreatedAgain)
    {
        (await SendAsync(CreateVault(Vault))).Expect(201);
        _parts.BeforeNext = async () =>
        {
            (await SendAsync(DeleteVault(Vault))).Expect(204);
            if (isCreatedAgain)
            {
                (await SendAsync(CreateVault(Vault))).Expect(201);
            }
        };

        (await SendAsync(UploadArchive(Vault, Bytes(length)))).ExpectNotFound("Vault not found");
        Assert.Null(_parts.BeforeNext);
        await Eventually.BecomesTrueAsync(
            async () => !await _parts.ListUploadsAsync(CancellationToken.None).AnyAsync(), "the bytes are deleted");
        if (isCreatedAgain)
        {
            var described = (await SendAsync(DescribeVault(Vault))).Expect(200).Json;
            Assert.Equal(0, described.GetProperty("NumberOfArchives").GetInt64());
            (await SendAsync(UploadArchive(Vault, Bytes(length)))).Expect(201);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_part_whose_vault_is_deleted_during_its_upload_cannot_become_an_archive(bool isCreatedAgain)
    {
        (await SendAsync(CreateVault(Vault))).Expect(201);
        var upload = await NewUploadAsync(Vault);
        _parts.BeforeNext = async () =>
        {
            (await SendAsync(DeleteVault(Vault))).Expect(204);
            if (isCreatedAgain)
            {
                (await SendAsync(CreateVault(Vault))).Expect(201);
            }
        };

        _ = await SendAsync(Part(Vault, upload, 0, Bytes(10)));
        Assert.Null(_parts.BeforeNext);
        var notFound = isCreatedAgain ? "The upload ID was not found" : "Vault not found";
        (await SendAsync(Complete(Vault, upload, Bytes(10)))).ExpectNotFound(notFound);
        (await SendAsync(ListParts(Vault, upload))).ExpectNotFound(notFound);
        (await SendAsync(Part(Vault, upload, 0, Bytes(10)))).ExpectNotFound(notFound);
        (await SendAsync(Abort(Vault, upload))).ExpectNotFound(notFound);
    }

    /// <summary>Waits for something before it takes the next bytes.</summary>
    private sealed class PausedPartStore() : DelegatingPartStore(new MemoryPartStore())
    {
        public Func<Task>? BeforeNext { get; set; }

        public override async ValueTask<IAttemptWriter> CreateAsync(
            UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken)
        {
            if (BeforeNext is { } wait)
            {
                BeforeNext = null;
                await wait();
            }

            return await base.CreateAsync(upload, attempt, lengthBytes, cancellationToken);
        }
    }
}
