namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>Errors of the version, the path and the account of a request.</summary>
internal static class RequestErrors
{
    /// <summary>No operation has this method and path.</summary>
    public static GlacierError UnknownOperation(string method, string path) => new(
        StatusCodes.Status404NotFound,
        ErrorCode.UnknownOperation,
        $"There is no operation {method} {path} in the vault API, version {GlacierApi.Version}.");

    /// <summary>The request is for a version of the API that does not exist.</summary>
    public static GlacierError WrongVersion(string version) => GlacierError.Invalid(
        $"Invalid {GlacierHeaders.Version}: {version}. The only version is {GlacierApi.Version}.");

    /// <summary>The path names an account that the signer may not act for.</summary>
    public static GlacierError ForeignAccount(string account) => GlacierError.AccessDenied(
        $"The credentials of this request are not for the account {account}, and no policy of that account allows them this operation. "
        + "Use '-' for the account of your credentials.");

    /// <summary>The vault's name is not valid.</summary>
    public static GlacierError InvalidVaultName(string name) => GlacierError.Invalid(
        $"Invalid vault name: {name}. A name has 1 to 255 characters of a-z, A-Z, 0-9, '_', '-' and '.'.");
}
