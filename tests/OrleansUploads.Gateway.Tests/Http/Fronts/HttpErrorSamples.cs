using System.Reflection;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Http.Fronts;

/// <summary>Every <see cref="HttpError"/>: each case of the closed set, with each signature outcome and each throttle cause.</summary>
internal static class HttpErrorSamples
{
    /// <summary>The samples, with names for assertion messages.</summary>
    public static IEnumerable<(string Name, HttpError Error)> All()
    {
        foreach (var type in typeof(HttpError).GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public)
            .Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(HttpError))))
        {
            if (type == typeof(HttpError.SignatureRejected))
            {
                foreach (var outcome in Enum.GetValues<SignatureOutcome>().Where(outcome => outcome != SignatureOutcome.Verified))
                {
                    yield return ($"{type.Name} {outcome}", new HttpError.SignatureRejected(Verdict(outcome), "us-east-1"));
                }
            }
            else if (type == typeof(HttpError.Throttled))
            {
                foreach (var cause in Enum.GetValues<ThrottleCause>())
                {
                    yield return ($"{type.Name} {cause}", new HttpError.Throttled(cause));
                }
            }
            else
            {
                yield return (type.Name, Create(type));
            }
        }
    }

    /// <summary>A verdict with this outcome, as the verifier would return it.</summary>
    public static SignatureVerdict Verdict(SignatureOutcome outcome) => outcome switch
    {
        SignatureOutcome.NoAuthorization => SignatureVerdict.For(AuthorizationError.Absent),
        SignatureOutcome.MalformedPresignedUrl => SignatureVerdict.ForPresignedUrl(AuthorizationError.SignatureMalformed),
        SignatureOutcome.MalformedAuthorization => SignatureVerdict.For(AuthorizationError.SignatureMalformed),
        _ => (SignatureVerdict)typeof(SignatureVerdict)
            .GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, [typeof(SignatureOutcome)])!
            .Invoke([outcome]),
    };

    private static HttpError Create(Type type)
    {
        var constructor = type.GetConstructors().Single(constructor =>
            constructor.GetParameters() is not [{ ParameterType: var only }] || only != type);
        return (HttpError)constructor.Invoke([.. constructor.GetParameters().Select(parameter => Sample(parameter.ParameterType))]);
    }

    private static object Sample(Type type) => type switch
    {
        _ when type == typeof(string) => "sample",
        _ when type == typeof(int) => 7,
        _ when type == typeof(long?) => 7L,
        _ when type == typeof(double) => 7.0,
        _ when type == typeof(ChunkedBodyError) => ChunkedBodyError.Incomplete,
        _ => throw new NotSupportedException($"There is no sample of {type}."),
    };
}
