using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

internal sealed class S3Front(FrontServices services) : IFront
{
    public SigningRules Signing => SigningRules.S3;

    public string RequestIdHeader => S3Headers.RequestId;

    public string HostIdHeader => S3Headers.HostId;

    /// <remarks>Any path may be an object's.</remarks>
    public bool ClaimsEveryPath => true;

    public bool ClaimsPath(RequestTarget target) => true;

    public FrontRequest Recognize(HttpExchange exchange) => new S3Request(services, exchange);

    public FrontError Describe(HttpError error) => S3HttpErrors.Describe(error);

    /// <remarks>Clients such as Amazon's SDKs for Go ask for the region of a bucket without credentials. They read it from the refusal,
    /// which has it whether or not there is such a bucket.</remarks>
    public FrontAnswer AnswerOf(HttpExchange exchange, FrontError error)
    {
        if (exchange.OperationName == S3Operation.HeadBucket.Name && error.Status == StatusCodes.Status403Forbidden)
        {
            exchange.Context.Response.Headers[S3Headers.BucketRegion] = services.Options.Region;
        }

        return error.ToAnswer(exchange);
    }
}

/// <summary>A request to S3: the row of its operation, or why it has none; its address; and its headers, including those in a presigned
/// URL.</summary>
internal sealed class S3Request : FrontRequest
{
    private readonly FrontServices _services;
    private readonly HttpExchange _exchange;
    private readonly S3Address? _address;
    private readonly IHeaderDictionary _headers;
    private readonly S3Route? _route;

    public S3Request(FrontServices services, HttpExchange exchange)
    {
        var request = exchange.Context.Request;
        var query = exchange.Target.Query;
        _services = services;
        _exchange = exchange;
        _address = S3Address.Parse(exchange.Target.Path, request.Host.Host, services.Options.S3Domain);
        var isValid = PresignedHeaders.TryRead(request.Headers, query, exchange.QueryHeaders, out var headers, out var invalid);
        _headers = headers ?? request.Headers;
        var recognized = _address is null ? null : S3Router.Recognize(request.Method, _address.Level, query, _headers);
        _route = isValid ? recognized : invalid;

        // Signature Version 2 does not cover the headers of a report.
        Version2Prefix = recognized is S3Route.To { Operation: { AllowsVersion2: true } bytes } && !bytes.IsExternal(_headers)
            ? _address?.HostPrefix
            : null;
    }

    public override string OperationName => Operation?.Name ?? HttpExchange.UnknownOperation;

    public override bool IsUpload => Operation is { Body: S3Body.Bytes };

    public override int? MaxDocumentBytes => Operation is { Body: S3Body.LongDocument } ? S3Xml.MaxLongDocumentBytes : null;

    /// <remarks>A form has its signature in its fields. They are not read, because every form is refused.</remarks>
    public override bool ChecksSender => _route is S3Route.Missing { Feature: S3Router.Form }
        && _exchange.Context.Request.ContentType is { } type
        && type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    public override string? Version2Prefix { get; }

    private S3Operation? Operation => (_route as S3Route.To)?.Operation;

    /// <summary>Whether it must not replace an object, because the request forbids it, or allows both and its key may only add.</summary>
    private bool OnlyAdds => Operation is { MayReplace: true }
        && (Conditions.ForbidsReplacing(_headers)
            || (!Conditions.HasWrite(_headers)
                && _exchange.Credential?.Scope.Permits(new KeyAccess(KeyAccessKind.Change, _address?.Bucket)) is false));

    /// <remarks>One access, or two if the request copies.</remarks>
    public override IEnumerable<KeyAccess> AccessesOf(AccountId signer)
    {
        // A part replaces only a part of an upload that is not complete.
        var operation = Operation;
        yield return new KeyAccess(
            OnlyAdds ? KeyAccessKind.Add
            : operation?.IsExternal(_headers) is true ? KeyAccessKind.Report
            : operation?.Access ?? KeyAccessKind.Change,
            _address?.Bucket);
        if (operation is { Copies: true })
        {
            yield return new KeyAccess(KeyAccessKind.Read, CopySource.Parse(_headers[S3Headers.CopySource].ToString())?.Bucket);
        }
    }

    /// <summary>Checks a request whose signature has been verified, in this order: address, headers, operation, body, disk space. The
    /// operation checks the bucket and its parameters after that. It reads a body that is a document itself, after it has checked the
    /// bucket.</summary>
    public override async ValueTask<FrontAnswer> AnswerAsync(AccountId signer, RequestPayload payload)
    {
        var request = _exchange.Context.Request;

        // An empty body needs no 100 (Continue), so none is sent. boto3 then misreads the next response on the connection.
        if (request.ContentLength == 0 && request.Headers.Expect.Count > 0)
        {
            _exchange.Context.Response.Headers.Connection = "close";
        }

        if (_address is null)
        {
            throw new S3Error(S3ErrorCode.InvalidURI, "Couldn't parse the specified URI.", ("URI", _exchange.Target.Path));
        }

        if (ProtectionHeaders.FindUnsupported(_headers, _exchange.Target.Query) is { } header)
        {
            throw S3Error.HeaderNotImplemented(header);
        }

        if (_route is not S3Route.To { Operation: var operation })
        {
            throw Refuse(_route, request.Method, _address.Level.ToString().ToUpperInvariant());
        }

        if (ExternalHeaders.FindStray(
            _headers, operation.ExternalHeader, ExternalHeaders.Length, ExternalHeaders.ETag) is { } stray)
        {
            throw S3Error.InvalidArgument(stray, _headers[stray].ToString(), $"{operation.Name} does not have this header. Leave it out.");
        }

        if (operation.Body is not (S3Body.Document or S3Body.LongDocument))
        {
            await payload.ReadDocumentAsync();
        }

        if (await _services.AdmitAsync(_exchange, signer, operation.Space, operation.Transfer) is { } throttled)
        {
            return S3HttpErrors.Describe(throttled).ToAnswer(_exchange);
        }

        using var slot = _exchange.Received.Slot;
        return await operation.RunAsync(new S3Call
        {
            Services = _services,
            Exchange = _exchange,
            Headers = _headers,
            Account = signer,
            Address = _address,
            Payload = payload,
            OnlyAdds = OnlyAdds,
        });
    }

    private static S3Error Refuse(S3Route? route, string method, string level) => route switch
    {
        S3Route.Missing missing => S3Error.NotImplemented(missing.Feature),
        S3Route.Invalid invalid => S3Error.InvalidArgument(
            invalid.Argument, invalid.Value, $"Invalid argument {invalid.Argument}: '{invalid.Value}'. {invalid.Reason}"),
        _ => new S3Error(
            S3ErrorCode.MethodNotAllowed, "The specified method is not allowed against this resource.", ("Method", method), ("ResourceType", level)),
    };
}

/// <summary>A request about buckets and objects: one to S3, or one of a user of the dashboard. Its address is known and not
/// checked.</summary>
internal sealed class S3Call : FrontCall
{
    /// <summary>The bucket and the key, as sent.</summary>
    public required S3Address Address { get; init; }

    /// <summary>The body as the signature covers it. Requests of the dashboard have none.</summary>
    public RequestPayload Payload
    {
        get => field ?? throw new InvalidOperationException("The request has no body.");
        init;
    }

    /// <summary>Whether an object under the key is never replaced, also without a condition in the request.</summary>
    public bool OnlyAdds { get; init; }

    /// <summary>The upload ID as sent, or an empty text. S3 has it in the query.</summary>
    public string UploadText
    {
        get => field ?? Query.FirstValue("uploadId") ?? "";
        init;
    }

    public override S3Error ErrorOf(Refusal refusal) => ErrorOf(refusal, Address);

    public override S3Error InvalidHeader(string name, string value, string rule) => S3Error.InvalidArgument(name, value, rule);

    /// <summary>The error for a refusal about another address than the request's.</summary>
    public S3Error ErrorOf(Refusal refusal, S3Address address) => refusal switch
    {
        ObjectRefusal.PreconditionFailed { Exists: true } when OnlyAdds && !Conditions.HasWrite(Headers) => new S3Error(
            S3ErrorCode.AccessDenied,
            $"Access Denied: there is an object with the key '{address.Key}', and the access key {Exchange.Credential?.AccessKeyId} is for "
            + $"{Exchange.Credential?.Scope} only, which does not replace objects."),
        ObjectRefusal.PreconditionFailed { Exists: true } => Conditions.Failed(Conditions.NameOfWrite(this)),

        // The type was not stated, but a number of parts behind the checksum.
        ObjectRefusal.ChecksumOfOtherType when Header(S3Headers.ChecksumType) is null => new S3Error(
            S3ErrorCode.BadDigest, S3Refusals.Describe(refusal, address, UploadText).Message),
        _ => S3Refusals.Describe(refusal, address, UploadText),
    };

    /// <summary>Returns the bucket, which the signer must own.</summary>
    /// <exception cref="S3Error">The bucket does not exist, or another account owns it.</exception>
    public ValueTask<BucketDescription> RequireBucketAsync() => RequireBucketAsync(Address, S3Headers.ExpectedOwner);

    /// <summary>Returns the object's name after checking bucket and key.</summary>
    /// <exception cref="S3Error">Bucket or key are wrong.</exception>
    public ValueTask<ObjectName> RequireObjectAsync() => RequireObjectAsync(Address, S3Headers.ExpectedOwner);

    /// <summary>Returns the name of an object at an address in the request.</summary>
    /// <exception cref="S3Error">Bucket or key are wrong.</exception>
    public async ValueTask<ObjectName> RequireObjectAsync(S3Address address, string ownerHeader)
    {
        var bucket = await RequireBucketAsync(address, ownerHeader, ofObject: true);
        return ObjectKey.TryParse(address.Key, out var key) ? new ObjectName(bucket.Bucket, key) : throw new S3Error(
            S3ErrorCode.KeyTooLongError,
            "Your key is too long.",
            ("Size", Encoding.UTF8.GetByteCount(address.Key ?? "").ToString(CultureInfo.InvariantCulture)),
            ("MaxSizeAllowed", ObjectKey.MaxBytes.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Returns the object's name and the upload after checking bucket, key and upload ID.</summary>
    /// <exception cref="S3Error">One of them is wrong.</exception>
    public async ValueTask<(ObjectName Name, UploadId Upload)> RequireUploadAsync()
    {
        var name = await RequireObjectAsync();
        return UploadId.TryParse(UploadText, out var upload) ? (name, upload) : throw S3Error.NoSuchUpload(UploadText);
    }

    /// <summary>Parses the name of a bucket.</summary>
    /// <exception cref="S3Error">No bucket can have the name.</exception>
    public static BucketName RequireName(string? text) => BucketName.TryParse(text, out var name)
        ? name
        : throw new S3Error(
            S3ErrorCode.InvalidBucketName,
            $"The specified bucket is not valid. '{text}' is not the name of a bucket: it has 3 to 63 characters of a-z, 0-9, '.' and '-', begins and "
            + "ends with a letter or digit, and is no IP address.",
            ("BucketName", text ?? ""));

    private async ValueTask<BucketDescription> RequireBucketAsync(S3Address address, string ownerHeader, bool ofObject = false)
    {
        var name = RequireName(address.Bucket);
        var bucket = await AskAsync(name.Entity, ofObject ? new FindBucketForObject(name) : new FindBucket(name));
        if (bucket.Owner != Account && ofObject)
        {
            // The advice may be about an earlier incarnation, which another account had.
            bucket = await AskAsync(name.Entity, new FindBucket(name));
        }

        if (bucket.Owner != Account)
        {
            throw new S3Error(S3ErrorCode.AccessDenied, "Access Denied: another account owns the bucket.");
        }

        // A client that states the owner relies on it.
        return Header(ownerHeader) is not { } expected || expected == bucket.Owner.ToString() ? bucket
            : throw (AccountId.TryParse(expected, out _)
                ? new S3Error(S3ErrorCode.AccessDenied, $"Access Denied: account {expected} does not own the bucket.")
                : new S3Error(
                    S3ErrorCode.InvalidBucketOwnerAWSAccountID,
                    $"The value of the expected bucket owner parameter must be an AWS Account ID... [{expected}]"));
    }
}

internal static class S3Services
{
    public static IServiceCollection AddS3Front(this IServiceCollection services)
    {
        services.Configure<KestrelServerOptions>(static kestrel => kestrel.ResponseHeaderEncodingSelector = ContentHeaders.EncodingOf!);
        return services.AddSingleton<IFront, S3Front>();
    }
}
