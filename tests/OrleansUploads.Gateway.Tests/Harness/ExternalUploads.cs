using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>Uploads whose bytes another system stores, as an ingestion node opens and reports them.</summary>
internal static class ExternalUploads
{
    /// <summary>Opens an upload in parts of 1 MiB.</summary>
    public static async Task<UploadId> OpenExternalAsync(this GatewayServer server, string vault, IdSource? ids = null)
    {
        var upload = (ids ?? new IdSource(server.Setup.Clock)).NewUpload();
        await server.AskAsync(upload.Entity, new InitiateUpload(new ArchiveUploadSpec(
            upload,
            await server.IncarnationOfAsync(vault),
            Some.Size(1),
            Description.None,
            UploadOrigin.Multipart,
            server.Setup.Clock.Now,
            ByteStorage.External)));
        return upload;
    }

    /// <summary>Reports a stored part.</summary>
    public static async Task ReportExternalAsync(
        this GatewayServer server, string vault, UploadId upload, int firstByte, byte[] part) => await server.AskAsync(
            upload.Entity,
            new ReportExternalPart(
                await server.IncarnationOfAsync(vault),
                new PartRange(firstByte, firstByte + part.Length - 1),
                TreeHasher.Compute(part),
                Some.Location($"node-7/{firstByte}")));

    private static async Task<VaultIncarnation> IncarnationOfAsync(this GatewayServer server, string vault)
    {
        var id = Some.VaultNamed(vault);
        return (await server.Host.AskAsync(id.Entity, new FindPolicies(id), CancellationToken.None)).Answer.Incarnation;
    }

    private static async Task AskAsync<TAnswer>(this GatewayServer server, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer =>
        Assert.Null((await server.Host.AskAsync(entity, command, CancellationToken.None)).Refusal);
}
