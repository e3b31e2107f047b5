using System.Globalization;

namespace OrleansUploads.Gateway.Glacier.Errors;

/// <summary>What is wrong with a request before any operation looks at it.</summary>
internal static class RequestErrors
{
    /// <summary>The headers are longer than the server takes.</summary>
    public static GlacierError HeadersTooLong(int bytes, int maxBytes) => new(
        StatusCodes.Status400BadRequest,
        ErrorCode.BadRequest,
        $"The request's headers have {bytes} bytes, and this server takes {maxBytes} bytes.");

    /// <summary>No operation has this method and path.</summary>
    public static GlacierError UnknownOperation(string method, string path) => new(
        StatusCodes.Status404NotFound,
        ErrorCode.UnknownOperation,
        $"There is no operation {method} {path} in the vault API, version {GlacierFront.ApiVersion}.");

    /// <summary>The request is for a version of the API that does not exist.</summary>
    public static GlacierError WrongVersion(string version) => GlacierError.Invalid(
        $"Invalid x-amz-glacier-version: {version}. The only version is {GlacierFront.ApiVersion}.");

    /// <summary>The path names an account that the signer may not act for.</summary>
    public static GlacierError ForeignAccount(string account) => GlacierError.AccessDenied(
        $"The credentials of this request are not for the account {account}. Use '-' for the account that they are for.");

    /// <summary>The name breaks the rules for vaults.</summary>
    public static GlacierError VaultName(string name) => GlacierError.Invalid(
        $"Invalid vault name: {name}. A name has 1 to 255 characters of a-z, A-Z, 0-9, '_', '-' and '.'.");

    /// <summary>A small document is too long.</summary>
    public static GlacierError BodyTooLong(long? bytes, int maxBytes) => GlacierError.Invalid(
        $"Invalid Content-Length: {bytes?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}. The body of this operation "
        + $"has at most {maxBytes} bytes.");

    /// <summary>As many uploads as the server takes are under way or waiting.</summary>
    public static GlacierError Busy() => new(
        StatusCodes.Status400BadRequest,
        ErrorCode.Throttling,
        "The server takes in as many bodies as it can. Slow down, then try again.");
}
