using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>Keys with a scope, of the account that owns the vaults and buckets.</summary>
internal static class ScopedKeys
{
    /// <summary>May report parts that are stored elsewhere.</summary>
    public static readonly Signer Node = new() { AccessKeyId = "AKIANODE7EXAMPLE0000", SecretKey = "node/secret" };

    /// <summary>May report parts in another vault or bucket only.</summary>
    public static readonly Signer OtherNode = new() { AccessKeyId = "AKIAOTHERNODE7EXAMPL", SecretKey = "other/secret" };

    /// <summary>May send bytes only.</summary>
    public static readonly Signer Uploader = new() { AccessKeyId = "AKIAUPLOADER7EXAMPLE", SecretKey = "uploader/secret" };

    /// <summary>Lets a server accept them.</summary>
    public static GatewaySetup AddTo(GatewaySetup setup) => setup with
    {
        Credentials =
        [
            .. setup.Credentials,
            KeyOf(Node, new KeyScope(KeyRole.Node, null)),
            KeyOf(OtherNode, new KeyScope(KeyRole.Node, ["other"])),
            KeyOf(Uploader, new KeyScope(KeyRole.Upload, null)),
        ],
    };

    private static Credential KeyOf(Signer signer, KeyScope scope) =>
        new(signer.AccessKeyId, signer.SecretKey, GatewaySetup.Account, scope);
}
