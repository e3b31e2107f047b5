using Microsoft.Extensions.Primitives;
using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.S3.Objects;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3;

/// <summary>What a request to S3 does, for keys with a scope.</summary>
internal static class S3Access
{
    private const string IfNoneMatch = "If-None-Match";
    private const string AnyObject = "*";

    /// <summary>Returns what a request does: one access, or two if it copies.</summary>
    /// <param name="route">Its operation, or another route if it is none.</param>
    /// <param name="address">Its bucket and key, or null if its path has none.</param>
    /// <param name="headers">Its headers.</param>
    public static IEnumerable<KeyAccess> Of(S3Route? route, S3Address? address, IHeaderDictionary headers)
    {
        var operation = (route as S3Route.To)?.Operation;
        yield return new KeyAccess(operation is null ? KeyAccessKind.Change : KindOf(operation, headers), address?.Bucket);
        if (operation is { Copies: true })
        {
            yield return new KeyAccess(KeyAccessKind.Read, CopySource.Parse(headers[S3Headers.CopySource].ToString())?.Bucket);
        }
    }

    /// <summary>An object that is stored under its key replaces the one before it, unless the request forbids that. A part replaces
    /// only a part of an upload that is not complete.</summary>
    private static KeyAccessKind KindOf(S3Operation operation, IHeaderDictionary headers) =>
        operation.MayReplace && headers[IfNoneMatch] == new StringValues(AnyObject) ? KeyAccessKind.Add : operation.Access;
}
