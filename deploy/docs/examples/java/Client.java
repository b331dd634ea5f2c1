// The smallest client of Beibu in Java 17, with the JDK alone.
//
//   java Client.java submit FILE     submit a document, print its exchange id
//   java Client.java receive FOLDER  fetch what waits, keep it, acknowledge it
//
// BEIBU_SERVER is the address of the daemon, BEIBU_KEY_FILE the file with the API key.
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Pattern;

class Client {
    static final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    public static void main(String[] args) throws Exception {
        if (args[0].equals("submit")) {
            submit(Files.readAllBytes(Path.of(args[1])));
        } else {
            receive(Path.of(args[1]));
        }
    }

    // Sending the same bytes again is always safe: it returns the first receipt.
    static void submit(byte[] document) throws Exception {
        byte[] answer = call("POST", "/v1/documents", "application/xml", document);
        System.out.println(field(new String(answer), "exchangeId"));
    }

    // A document comes again until it is acknowledged, so keep it first. The same
    // exchange id always means the same bytes.
    static void receive(Path folder) throws Exception {
        Files.createDirectories(folder);
        String mailbox = new String(call("GET", "/v1/mailbox?wait=30s", null, null));
        for (String delivery : mailbox.split("(?=\"exchangeId\")")) {
            if (!delivery.startsWith("\"exchangeId\"")) continue;
            String id = field(delivery, "exchangeId");
            byte[] document = call("GET", field(delivery, "document"), null, null);
            String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(document));
            if (!digest.equals(field(delivery, "digestSHA256"))) throw new IOException("bytes of " + id + " are damaged");
            Path part = Files.write(folder.resolve(id + ".part"), document);
            Files.move(part, folder.resolve(id + ".xml"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            String acks = "{\"acks\":[{\"exchangeId\":\"" + id + "\",\"outcome\":\"accepted\"}]}";
            call("POST", "/v1/mailbox/acks", "application/json", acks.getBytes());
            System.out.println(id);
        }
    }

    // call sends a request, and sends it again while the answer is that this may help.
    static byte[] call(String method, String path, String type, byte[] body) throws Exception {
        String key = Files.readString(Path.of(System.getenv("BEIBU_KEY_FILE"))).strip();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(System.getenv("BEIBU_SERVER") + path))
            .header("Authorization", "Bearer " + key).timeout(Duration.ofSeconds(90))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (type != null) request.header("Content-Type", type);
        for (int attempt = 1; ; attempt++) {
            HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
            if (answer.statusCode() < 300) return answer.body();
            String problem = new String(answer.body());
            if (!problem.contains("\"retryable\":true") || attempt == 10) throw new IOException(problem);
            Thread.sleep(1000 * answer.headers().firstValueAsLong("Retry-After").orElse(2));
        }
    }

    static String field(String json, String name) {
        var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        if (!found.find()) throw new IllegalArgumentException("no " + name + " in " + json);
        return found.group(1);
    }
}
