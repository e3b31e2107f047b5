using Microsoft.Extensions.DependencyInjection;

namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>With a full disk, operations that make the data folder grow are refused, and those that free space make room for their
/// record first.</summary>
public sealed class StorageSpaceTests : S3Server
{
    private readonly FullableSpace _space = new();

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddSingleton<IStorageSpace>(_space);
    }

    [Fact]
    [Promise("operations.md", "the disk is full, or has less free space than --min-free")]
    public async Task A_full_disk_refuses_new_uploads_to_vaults_and_lets_them_be_aborted()
    {
        (await SendAsync(Requests.CreateVault("v"))).Expect(201);
        var upload = (await SendAsync(Requests.Initiate("v"))).Expect(201).Header("x-amz-multipart-upload-id")!;

        _space.IsFull = true;
        (await SendAsync(Requests.Initiate("v"))).ExpectUnavailable("full");
        (await SendAsync(Requests.DescribeVault("v"))).Expect(200);
        Assert.Equal(0, _space.RoomsMade);
        (await SendAsync(Requests.Abort("v", upload))).Expect(204);
        Assert.Equal(1, _space.RoomsMade);
    }

    [Fact]
    public async Task A_full_disk_lets_archives_be_listed()
    {
        (await SendAsync(Requests.CreateVault("v"))).Expect(201);

        _space.IsFull = true;
        (await SendAsync(Requests.InitiateJob("v", """{"Type":"inventory-retrieval"}"""))).Expect(202);
        Assert.Equal(1, _space.Retrievals);
    }

    [Fact]
    public async Task A_full_disk_refuses_new_objects_and_lets_others_be_deleted()
    {
        (await SendAsync("PUT", "/bucket")).Expect(200);
        (await SendAsync("PUT", "/bucket/key", [1])).Expect(200);

        _space.IsFull = true;
        Assert.Equal(503, (await SendAsync("PUT", "/bucket/other", [1])).Status);
        (await SendAsync("GET", "/bucket/key")).Expect(200);
        Assert.Equal(0, _space.RoomsMade);
        (await SendAsync("DELETE", "/bucket/key")).Expect(204);
        Assert.Equal(1, _space.RoomsMade);
    }

    private sealed class FullableSpace : IStorageSpace
    {
        public bool IsFull { get; set; }

        public int RoomsMade { get; private set; }

        public int Retrievals { get; private set; }

        public void RequireFor(SpaceUse use)
        {
            switch (use)
            {
                case SpaceUse.Grows when IsFull:
                    throw new PartStoreFullException("The disk is full.");
                case SpaceUse.Retrieves:
                    Retrievals++;
                    break;
                case SpaceUse.Frees:
                    RoomsMade++;
                    break;
                default:
                    break;
            }
        }
    }
}
